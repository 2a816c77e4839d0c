/** Building the page's elements. */

type Child = Node | string
type Properties<K extends keyof HTMLElementTagNameMap> = Partial<Omit<HTMLElementTagNameMap[K], 'style' | 'children'>>

/** An element with properties, attributes of names with a dash, and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<K> & {readonly [attribute: `${string}-${string}`]: string} = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-')) created.setAttribute(name, String(value))
    else Object.assign(created, {[name]: value})
  }
  created.append(...children)
  return created
}

export function button(text: string, onclick: () => void, properties: Properties<'button'> = {}): HTMLButtonElement {
  return element('button', {type: 'button', onclick, ...properties}, text)
}

let lastId = 0

/** An id that no other element has. */
export function freshId(): string {
  return `e${++lastId}`
}
