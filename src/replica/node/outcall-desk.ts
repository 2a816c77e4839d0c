/** This node's attempts at the outcalls that the state waits for: fetched by the adapter, finished by the worker, handed to consensus. */

import {HttpOutcalls, type PendingOutcall} from '../adapters/http-outcalls.js'
import type {OutcallResult} from '../adapters/perform-outcall.js'
import type {ResponsePayload} from '../state/messages.js'
import type {HttpOutcall} from '../state/replicated-state.js'
import type {OutcallChange} from './messages.js'

export interface OutcallParts {
  /** Transforms what was fetched, as a query on the newest certified state. */
  readonly finish: (request: HttpOutcall, result: OutcallResult) => Promise<ResponsePayload>
  /** To consensus. */
  readonly respond: (id: number, payload: ResponsePayload) => void
  readonly onFailure: (error: unknown) => void
}

export class OutcallDesk {
  readonly #pending = new Map<number, PendingOutcall>()
  #outcalls: HttpOutcalls | undefined

  /** A batch was executed. What is pending is attempted once the desk is open: not for calls that a replay only passes through. */
  follow({added, pendingIds}: OutcallChange): void {
    if (added.length === 0 && this.#pending.size === 0) return
    for (const outcall of added) this.#pending.set(outcall.id, outcall)
    const wanted = new Set(pendingIds)
    for (const id of this.#pending.keys()) if (!wanted.has(id)) this.#pending.delete(id)
    this.#outcalls?.update([...this.#pending.values()])
  }

  open({finish, respond, onFailure}: OutcallParts): void {
    const onResult = ({id, request}: PendingOutcall, result: OutcallResult): void => {
      finish(request, result)
        .then((payload) => respond(id, payload))
        .catch((error) => {
          if (this.#outcalls) onFailure(error)
        })
    }
    this.#outcalls = new HttpOutcalls({allowHttp: true, onResult})
    this.#outcalls.update([...this.#pending.values()])
  }

  close(): void {
    this.#outcalls?.close()
    this.#outcalls = undefined
  }
}
