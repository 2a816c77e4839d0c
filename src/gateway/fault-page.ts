/** What a client sees of a fault: a page in a browser, JSON elsewhere. */

import type {Fault} from './fault.js'
import type {HeaderField} from './http-interface.js'

export interface FaultAnswer {
  readonly status: number
  readonly headers: readonly HeaderField[]
  readonly body: string
}

/** Nothing but the page's own style is loaded or run, whatever text a canister put into it. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

export function answerFault(fault: Fault, wantsHtml: boolean): FaultAnswer {
  const headers: HeaderField[] = [
    ['content-type', wantsHtml ? 'text/html; charset=utf-8' : 'application/json'],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['x-ic-error-cause', fault.errorType],
    ...(wantsHtml ? [['content-security-policy', CONTENT_SECURITY_POLICY] as const] : []),
  ]
  const body = wantsHtml
    ? renderPage(fault)
    : `${JSON.stringify({error_type: fault.errorType, description: fault.title, details: fault.details, hints: fault.hints})}\n`
  return {status: fault.status, headers, body}
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function renderPage({status, errorType, title, details, hints}: Fault): string {
  const next = hints.map((hint) => `<li>${escapeHtml(hint)}</li>`).join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} (${status})</title>
<style>
:root{color-scheme:light dark}
body{font:1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:12vh auto 2rem;padding:0 1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem}
.code{opacity:.7;margin:0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.5rem}
</style>
</head>
<body>
<main>
<p class="code">${status} · ${escapeHtml(errorType)}</p>
<h1>${escapeHtml(title)}</h1>
<pre>${escapeHtml(details)}</pre>
${next && `<h2>What to do next</h2>\n<ul>${next}</ul>`}
</main>
</body>
</html>
`
}
