/**
 * `.ic-assets.json5`: rules that say how files are served. Those of a folder hold for what is below it, after those of the folders above;
 * a later rule overrides an earlier one.
 *
 * Source: dfx-compat, section 5.
 */

import {AssetConfigInvalid} from './errors.js'
import {findGlobExpression} from './glob.js'
import {type Json5, parseJson5} from './json5.js'
import {POLICIES, type SecurityPolicy} from './security-policy.js'

export const ENCODINGS = ['identity', 'gzip', 'br'] as const
export type EncodingName = (typeof ENCODINGS)[number]

export interface AssetRule {
  /** Slash path of the folder of the file it stands in, from the source folder; '' for that itself. */
  readonly folder: string
  /** The path of the file it stands in. */
  readonly file: string
  readonly pattern: RegExp
  /** As written, for messages. */
  readonly source: {readonly [key: string]: Json5}
  readonly maxAge?: bigint
  /** Null takes away those of earlier rules. */
  readonly headers?: Readonly<Record<string, string>> | null
  readonly isIgnored?: boolean
  readonly isAliased?: boolean
  readonly allowsRawAccess?: boolean
  readonly encodings?: readonly EncodingName[]
  readonly securityPolicy?: SecurityPolicy
  readonly hidesPolicyWarning?: boolean
}

/** How one file is served, after all rules. */
export interface AssetConfig {
  readonly maxAge: bigint | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly isIgnored: boolean | undefined
  readonly isAliased: boolean | undefined
  readonly allowsRawAccess: boolean
  /** Undefined: what suits the media type. */
  readonly encodings: readonly EncodingName[] | undefined
  readonly securityPolicy: SecurityPolicy | undefined
  readonly hidesPolicyWarning: boolean
}

const DEFAULTS: AssetConfig = {
  maxAge: undefined,
  headers: {},
  isIgnored: undefined,
  isAliased: undefined,
  allowsRawAccess: true,
  encodings: undefined,
  securityPolicy: undefined,
  hidesPolicyWarning: false,
}

/** The rules of one file, in order. Throws AssetConfigInvalid. */
export function parseRules(text: string, file: string, folder: string): readonly AssetRule[] {
  const value = parseJson5(text, file)
  if (!Array.isArray(value)) throw new AssetConfigInvalid(file, 'expected a list of rules')
  return (value as readonly Json5[]).map((rule, index) => toRule(rule, {file, folder, at: `rule ${index + 1}`}))
}

export function matches({folder, pattern}: AssetRule, path: string): boolean {
  if (folder === '') return pattern.test(path)
  return path.startsWith(`${folder}/`) && pattern.test(path.slice(folder.length + 1))
}

/** Applies the rules that match a path, in order. `used` learns which did. */
export function applyRules(rules: readonly AssetRule[], path: string, used: Set<AssetRule>): AssetConfig {
  return rules
    .filter((rule) => matches(rule, path))
    .reduce<AssetConfig>((config, rule) => {
      used.add(rule)
      return {
        maxAge: rule.maxAge ?? config.maxAge,
        headers: rule.headers === null ? {} : {...config.headers, ...rule.headers},
        isIgnored: rule.isIgnored ?? config.isIgnored,
        isAliased: rule.isAliased ?? config.isAliased,
        allowsRawAccess: rule.allowsRawAccess ?? config.allowsRawAccess,
        encodings: rule.encodings ?? config.encodings,
        securityPolicy: rule.securityPolicy ?? config.securityPolicy,
        hidesPolicyWarning: rule.hidesPolicyWarning ?? config.hidesPolicyWarning,
      }
    }, DEFAULTS)
}

interface Place {
  readonly file: string
  readonly folder: string
  readonly at: string
}

const FIELDS = [
  'match',
  'cache',
  'headers',
  'ignore',
  'enable_aliasing',
  'allow_raw_access',
  'encodings',
  'security_policy',
  'disable_security_policy_warning',
]

function toRule(value: Json5, place: Place): AssetRule {
  if (!isObject(value)) throw fault(place, 'expected an object')
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key))
  if (unknown !== undefined) throw fault(place, `unknown field "${unknown}", expected one of ${FIELDS.join(', ')}`)
  const {match, cache, headers, encodings, security_policy: policy} = value
  if (typeof match !== 'string') throw fault(place, '"match" is missing')
  const pattern = findGlobExpression(match)
  if (!pattern) throw fault(place, `"match": '${match}' is not a pattern`)
  const flag = (name: string): boolean | undefined => {
    const given = value[name] ?? undefined
    if (given !== undefined && typeof given !== 'boolean') throw fault(place, `"${name}": expected true or false`)
    return given
  }
  return {
    folder: place.folder,
    file: place.file,
    pattern,
    source: value,
    ...defined('maxAge', cache === undefined || cache === null ? undefined : toMaxAge(cache, place)),
    ...defined('headers', headers === undefined ? undefined : headers === null ? null : toHeaders(headers, place)),
    ...defined('isIgnored', flag('ignore')),
    ...defined('isAliased', flag('enable_aliasing')),
    ...defined('allowsRawAccess', flag('allow_raw_access')),
    ...defined('encodings', encodings === undefined || encodings === null ? undefined : toEncodings(encodings, place)),
    ...defined('securityPolicy', policy === undefined || policy === null ? undefined : toPolicy(policy, place)),
    ...defined('hidesPolicyWarning', flag('disable_security_policy_warning')),
  }
}

function defined<K extends string, V>(key: K, value: V | undefined): {readonly [key in K]?: V} {
  return value === undefined ? {} : ({[key]: value} as {readonly [key in K]: V})
}

function toMaxAge(cache: Json5, place: Place): bigint | undefined {
  if (!isObject(cache)) throw fault(place, '"cache": expected an object with "max_age"')
  const age = cache.max_age
  if (age === undefined || age === null) return undefined
  if (typeof age !== 'number' || !Number.isSafeInteger(age) || age < 0) throw fault(place, '"cache.max_age": expected a number of seconds')
  return BigInt(age)
}

function toHeaders(headers: Json5, place: Place): Readonly<Record<string, string>> {
  if (!isObject(headers)) throw fault(place, '"headers": expected an object or null')
  for (const [name, value] of Object.entries(headers))
    if (typeof value !== 'string') throw fault(place, `"headers.${name}": expected a text`)
  return headers as Readonly<Record<string, string>>
}

function toEncodings(encodings: Json5, place: Place): readonly EncodingName[] {
  const isList = Array.isArray(encodings) && encodings.every((each) => ENCODINGS.includes(each as EncodingName))
  if (!isList) throw fault(place, `"encodings": expected a list of ${ENCODINGS.join(', ')}`)
  return encodings as readonly EncodingName[]
}

function toPolicy(policy: Json5, place: Place): SecurityPolicy {
  if (!POLICIES.includes(policy as SecurityPolicy)) throw fault(place, `"security_policy": expected one of ${POLICIES.join(', ')}`)
  return policy as SecurityPolicy
}

function isObject(value: Json5): value is {readonly [key: string]: Json5} {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fault({file, at}: Place, problem: string): AssetConfigInvalid {
  return new AssetConfigInvalid(file, `${at}: ${problem}`)
}
