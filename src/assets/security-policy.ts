/** Headers that protect a page, and what is said about projects that do without. Source: dfx-compat, section 5. */

export const POLICIES = ['disabled', 'standard', 'hardened'] as const
export type SecurityPolicy = (typeof POLICIES)[number]

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "connect-src 'self' http://localhost:* https://icp0.io https://*.icp0.io https://icp-api.io",
  "img-src 'self' data:",
  "style-src * 'unsafe-inline'",
  "style-src-elem * 'unsafe-inline'",
  'font-src *',
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  'upgrade-insecure-requests',
]

/** What a page may not use unless it says so. */
const REFUSED_FEATURES =
  'accelerometer ambient-light-sensor autoplay battery camera cross-origin-isolated display-capture document-domain encrypted-media execution-while-not-rendered execution-while-out-of-viewport fullscreen geolocation gyroscope keyboard-map magnetometer microphone midi navigation-override payment picture-in-picture publickey-credentials-get screen-wake-lock sync-xhr usb web-share xr-spatial-tracking clipboard-read clipboard-write gamepad speaker-selection conversion-measurement focus-without-user-activation hid idle-detection interest-cohort serial sync-script trust-token-redemption window-placement vertical-scroll'.split(
    ' ',
  )

const STANDARD_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `${CONTENT_SECURITY_POLICY.join(';')};`,
  'Permissions-Policy': REFUSED_FEATURES.map((feature) => `${feature}=()`).join(', '),
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-XSS-Protection': '1; mode=block',
}

/** The policy's headers; `own` ones of the same name, in any case, take their place. */
export function withPolicy(policy: SecurityPolicy | undefined, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (policy !== 'standard' && policy !== 'hardened') return own
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()))
  const standard = Object.entries(STANDARD_HEADERS).filter(([name]) => !names.has(name.toLowerCase()))
  return {...Object.fromEntries(standard), ...own}
}

export interface PolicySubject {
  readonly key: string
  readonly securityPolicy: SecurityPolicy | undefined
  readonly hidesPolicyWarning: boolean
}

const EXAMPLE = `[
  {
    "match": "**/*",
    "security_policy": "standard"
  }
]`

/** One text per kind of finding. */
export function policyWarnings(assets: readonly PolicySubject[]): readonly string[] {
  const missing = assets.filter(({securityPolicy, hidesPolicyWarning}) => securityPolicy === undefined && !hidesPolicyWarning)
  const standard = assets.filter(({securityPolicy, hidesPolicyWarning}) => securityPolicy === 'standard' && !hidesPolicyWarning)
  const warnings: string[] = []
  if (missing.length > 0)
    warnings.push(
      `This project does not define a security policy for ${amount(missing, assets)} assets.
You should define a security policy in .ic-assets.json5. For example:
${EXAMPLE}${listUnless(missing, assets, 'Assets without any security policy:')}`,
    )
  if (standard.length > 0)
    warnings.push(
      `This project uses the default security policy for ${standard.length === assets.length ? 'all' : 'some'} assets. While it is set up to work with many applications, it is recommended to further harden the policy to increase security against attacks like XSS.
To get started, have a look at 'dfx info security-policy'. It shows the default security policy along with suggestions on how to improve it.
To disable the policy warning, define "disable_security_policy_warning": true in .ic-assets.json5.${listUnless(standard, assets, 'Unhardened assets:')}`,
    )
  return warnings
}

const amount = (some: readonly unknown[], all: readonly unknown[]): string => (some.length === all.length ? 'any' : 'some')

function listUnless(some: readonly PolicySubject[], all: readonly unknown[], title: string): string {
  return some.length === all.length ? '' : `\n\n${title}\n${some.map(({key}) => `  - ${key}`).join('\n')}`
}
