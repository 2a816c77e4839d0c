/** The frame of every page: head, landmarks, navigation. Text goes through `html`, which escapes it. */

/** Markup that needs no escaping any more. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | Markup | readonly Markup[]

/** A template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + toText(values[index - 1]!) + string))
}

function toText(part: Part): string {
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return (part as readonly Markup[]).map(({text}) => text).join('\n')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface Page {
  readonly title: string
  /** File below `/_/static/`. */
  readonly script: string
  readonly current: '/_/dashboard' | '/_/candid'
  readonly main: Markup
}

const LINKS = [
  {href: '/_/dashboard', name: 'Dashboard'},
  {href: '/_/candid', name: 'Candid UI'},
] as const

export function renderPage({title, script, current, main}: Page): string {
  const links = LINKS.map(({href, name}) =>
    href === current ? html`<li><a href="${href}" aria-current="page">${name}</a></li>` : html`<li><a href="${href}">${name}</a></li>`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · icicle</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_/static/pages.css">
<script type="module" src="/_/static/${script}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header><span class="brand">icicle</span><nav aria-label="Pages"><ul>${links}</ul></nav></header>
<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>
`.text
}
