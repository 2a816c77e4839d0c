/** What the Internet Computer answers that is not a reply, and what keeps it from answering. */

import {IcicleError} from '../base/errors.js'
import {programName} from '../io/program.js'

const REJECT_NAMES: Readonly<Record<number, string>> = {
  1: 'SysFatal',
  2: 'SysTransient',
  3: 'DestinationInvalid',
  4: 'CanisterReject',
  5: 'CanisterError',
  6: 'SysUnknown',
}

/** A canister or the system rejected a call. The text is the one dfx shows, which scripts search for `IC0…` and the reject message. */
export class CallRejected extends IcicleError {
  readonly code = 'CALL_REJECTED'
  constructor(
    readonly rejectCode: number,
    readonly rejectMessage: string,
    /** E.g. `IC0503`; undefined when the network gives none. */
    readonly errorCode: string | undefined,
  ) {
    const name = REJECT_NAMES[rejectCode] ?? String(rejectCode)
    const suffix = errorCode === undefined ? 'None' : `Some("${errorCode}")`
    super(`The replica returned a rejection error: reject code ${name}, reject message ${rejectMessage}, error code ${suffix}`, {
      hints: hintsFor(errorCode),
    })
  }
}

/** What to do about rejects that have one usual reason. Source: IC interface specification, "Error codes". */
function hintsFor(errorCode: string | undefined): readonly string[] {
  const type = (words: string): string => `'${programName()} ${words}'`
  switch (errorCode) {
    case 'IC0301':
      return [`Is it the right network? After a fresh start of a local one, ${type('deploy')} creates the canisters again.`]
    case 'IC0508':
    case 'IC0509':
      return [`Start it with ${type('canister start CANISTER')}.`]
    case 'IC0512':
      return [
        `Only controllers may do this; ${type('canister info CANISTER')} lists them.`,
        `One of them can add you: ${type('canister update-settings CANISTER --add-controller PRINCIPAL')}.`,
      ]
    case 'IC0537':
      return [`Install code first: ${type('deploy CANISTER')}.`]
    case 'IC0207':
    case 'IC0501':
      return [`It is short of cycles. On a local network: ${type('ledger fabricate-cycles --canister CANISTER')}.`]
    default:
      return []
  }
}

/** Nothing answers at the address of the network. */
export class NetworkUnreachable extends IcicleError {
  readonly code = 'NETWORK_UNREACHABLE'
  constructor(
    readonly host: string,
    hints: readonly string[],
    cause: unknown,
  ) {
    super(`Cannot connect to the network at ${host}.`, {hints, cause})
  }
}

/** The network answered with something that is not an answer of the Internet Computer. */
export class NetworkAnswerInvalid extends IcicleError {
  readonly code = 'NETWORK_ANSWER_INVALID'
}

/** The network does not show this to the caller. */
export class RequestForbidden extends IcicleError {
  readonly code = 'REQUEST_FORBIDDEN'
}

/** The answer does not carry the signature of the network. */
export class CertificateInvalid extends IcicleError {
  readonly code = 'CERTIFICATE_INVALID'
  constructor(host: string, reason: string) {
    super(`Certificate verification failed. The answer of ${host} is not signed by the expected network: ${reason}`, {
      hints: ['After the network was created anew its key is another one: start again from a fresh connection.'],
    })
  }
}

/** The cycles ledger did not do what it was asked. */
export class LedgerRefused extends IcicleError {
  readonly code = 'LEDGER_REFUSED'
}

/** The cycles minting canister could not do what was paid for, and sent the ICP back, less its fees. */
export class PaymentRefunded extends IcicleError {
  readonly code = 'PAYMENT_REFUNDED'
  constructor(
    reason: string,
    /** Undefined: nothing was left to send back. */
    readonly blockIndex: bigint | undefined,
  ) {
    super(blockIndex === undefined ? `Refunded with message: ${reason}` : `Refunded at block height ${blockIndex} with message: ${reason}`)
  }
}

/** A system canister that the network does not have: local networks begin without them unless told otherwise. */
export class ServiceMissing extends IcicleError {
  readonly code = 'SERVICE_MISSING'
  constructor(service: string, id: string, cause: unknown) {
    super(`${service} with canister ID '${id}' is not installed.`, {
      hints: [`A local network has it when it was begun with '${programName()} start --clean --system-canisters'.`],
      cause,
    })
  }
}
