/** The calls of this browser session, newest first; each can be made again. */

import {button, element} from './elements.js'
import type {CallRecord} from './method-form.js'

const MAX_ENTRIES = 50

export interface CallHistory {
  readonly element: HTMLElement
  add(call: CallRecord): void
}

export function createHistory(canisterId: string, repeat: (call: CallRecord) => void): CallHistory {
  const key = `icicle-history-${canisterId}`
  let calls = readCalls(key)
  const list = element('ol', {className: 'history'})
  const show = (): void =>
    list.replaceChildren(
      ...calls.map((call) =>
        element(
          'li',
          {className: call.isFailure ? 'failure' : ''},
          element('code', {}, `${call.method}${shorten(call.args)}`),
          element('span', {}, ` → ${shorten(call.result)} `),
          button('Use again', () => repeat(call), {
            className: 'small',
            ariaLabel: `Use the arguments of ${call.method}${shorten(call.args)} again`,
          }),
        ),
      ),
    )
  const section = element('section', {'aria-labelledby': 'history-title'}, element('h2', {id: 'history-title'}, 'History'), list)
  const update = (): void => {
    section.hidden = calls.length === 0
    show()
  }
  update()
  return {
    element: section,
    add(call) {
      calls = [call, ...calls].slice(0, MAX_ENTRIES)
      try {
        sessionStorage.setItem(key, JSON.stringify(calls))
      } catch {
        // The store is full: the page still has the list.
      }
      update()
    },
  }
}

function readCalls(key: string): readonly CallRecord[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as readonly CallRecord[]
  } catch {
    return []
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 100)}…` : line
}
