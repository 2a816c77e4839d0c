/** What an outcome of the engine means as an error of the Internet Computer. Digest system-api sections 3, 7 and 8. */

import {invariant} from '../../base/invariant.js'
import type {RunOutcome} from '../embedder/types.js'
import type {ExecutionError} from '../system-api/errors.js'
import type {EntryPoint} from './runtime.js'

/** Undefined for an execution that ended well. */
export function errorOfOutcome(outcome: RunOutcome, entry: EntryPoint, instructionLimit: bigint): ExecutionError | undefined {
  switch (outcome.kind) {
    case 'ok':
      return undefined
    case 'outOfInstructions':
      return {
        errorCode: 'IC0522',
        description: `Canister exceeded the limit of ${instructionLimit} instructions for single message execution.`,
      }
    case 'hostTrap':
      return {...(outcome.cause as ExecutionError), backtrace: outcome.backtrace}
    case 'trap':
      if (outcome.trap === 'signature mismatch')
        return {errorCode: 'IC0504', description: 'Canister violated contract: function invocation does not match its signature'}
      return {errorCode: 'IC0502', description: `Canister trapped: ${outcome.trap}`, backtrace: outcome.backtrace}
    case 'noSuchFunction':
      invariant(entry.kind === 'closure', 'exports are looked up before they are called')
      return {
        errorCode: 'IC0513',
        description: `Canister requested to invoke a non-existent Wasm function ${entry.closure.tableIndex} from table 0`,
      }
  }
}
