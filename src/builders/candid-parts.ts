/** The parts dfx keeps of a Candid interface: the service without its constructor, and the constructor's arguments. */

import {parseDid, printDid} from '../candid/did.js'
import {printType} from '../candid/print-type.js'
import type {CandidInterface} from '../candid/types.js'

export interface CandidParts {
  readonly parsed: CandidInterface
  /** The interface as given. */
  readonly full: string
  /** Without the constructor's arguments: what `candid:service` tells. */
  readonly service: string
  /** `(nat, text)`; `()` without any: what `candid:args` tells. */
  readonly initArgs: string
}

/** Throws CandidError for a text that is not an interface. */
export function splitCandid(text: string): CandidParts {
  const parsed = parseDid(text)
  const {initArgs, ...service} = parsed.service ?? {methods: []}
  return {
    parsed,
    full: text,
    service: initArgs === undefined ? text : printDid({types: parsed.types, service}),
    initArgs: `(${(initArgs ?? []).map(printType).join(', ')})`,
  }
}
