/** Who calls: nobody in particular, or a key that this browser keeps. The keys are for trying things out: any script of this origin can read them. */

import {AnonymousIdentity, type Identity} from '@dfinity/agent'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {button, element, freshId} from './elements.js'

const STORE = 'icicle-identities'
const ANONYMOUS = 'anonymous'

export interface IdentityChoice {
  readonly element: HTMLElement
  get(): Identity
}

/** `onChange` hears of every new choice. */
export function createIdentityChoice(onChange: (identity: Identity) => void): IdentityChoice {
  const kept = readKept()
  let chosen: Identity = new AnonymousIdentity()
  const select = element('select', {id: freshId()})
  const principal = element('output')
  const show = (): void => {
    const text = kept.get(select.value)
    chosen = text === undefined ? new AnonymousIdentity() : Ed25519KeyIdentity.fromJSON(text)
    principal.textContent = chosen.getPrincipal().toText()
    onChange(chosen)
  }
  const list = (selected: string): void => {
    select.replaceChildren(...[ANONYMOUS, ...kept.keys()].map((name) => element('option', {selected: name === selected}, name)))
    show()
  }
  const create = button('New identity', () => {
    const name = `browser ${kept.size + 1}`
    kept.set(name, JSON.stringify(Ed25519KeyIdentity.generate().toJSON()))
    localStorage.setItem(STORE, JSON.stringify([...kept]))
    list(name)
  })
  select.onchange = show
  list(ANONYMOUS)
  return {
    element: element('div', {className: 'row'}, element('label', {htmlFor: select.id}, 'Call as'), select, create, principal),
    get: () => chosen,
  }
}

function readKept(): Map<string, string> {
  try {
    return new Map(JSON.parse(localStorage.getItem(STORE) ?? '[]') as [string, string][])
  } catch {
    return new Map()
  }
}
