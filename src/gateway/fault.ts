/** Why a request could not be answered with what a canister said. Source: digest http-gateway, "Failure answers". */

import type {Rejection} from './replica-client.js'

export interface Fault {
  readonly kind: 'fault'
  readonly status: number
  /** Stable name; also the header `x-ic-error-cause`. */
  readonly errorType: string
  readonly title: string
  readonly details: string
  /** What to do next, one sentence each. */
  readonly hints: readonly string[]
}

interface FaultRow {
  readonly status: number
  readonly title: string
  readonly hints: readonly string[]
}

const CHECK_ADDRESS = 'Open http://<canister id>.localhost:<port>/, or add ?canisterId=<canister id> to the address.'

const FAULTS = {
  client_no_authority: {status: 400, title: 'No host', hints: ['Send a Host header.']},
  client_unknown_domain: {status: 400, title: 'Unknown host', hints: [CHECK_ADDRESS]},
  client_body_too_large: {status: 413, title: 'Request too large', hints: ['Send the content in smaller requests.']},
  client_method_not_allowed: {status: 405, title: 'Method not allowed', hints: ['Use GET, HEAD, POST, PUT, PATCH or DELETE.']},
  client_aborted: {status: 400, title: 'Request aborted', hints: []},
  canister_id_not_resolved: {status: 400, title: 'No canister in the address', hints: [CHECK_ADDRESS]},
  canister_id_incorrect: {status: 400, title: 'Not a canister id', hints: [CHECK_ADDRESS]},
  canister_not_found: {
    status: 404,
    title: 'Canister not found',
    hints: ['Compare the id with canister_ids.json, or deploy the canister to this network.'],
  },
  canister_route_not_found: {status: 404, title: 'No subnet has this canister', hints: ['Compare the id with canister_ids.json.']},
  canister_error: {
    status: 503,
    title: 'The canister failed',
    hints: ['Read the log of the canister; a canister that serves pages has a query method http_request.'],
  },
  canister_reject: {status: 503, title: 'The canister refused', hints: ['The text above comes from the canister.']},
  canister_frozen: {status: 503, title: 'The canister is frozen', hints: ['Top it up with cycles.']},
  canister_response_invalid: {
    status: 503,
    title: 'The canister gave an answer that is not HTTP',
    hints: ['http_request returns a record with status_code, headers and body.'],
  },
  backend_response_verification: {
    status: 503,
    title: 'The answer is not certified',
    hints: [
      'The canister answered, but nothing proves that the network agrees with the answer, so it is not shown.',
      'Certify the response, or open the raw address http://<canister id>.raw.localhost:<port>/ to see it unverified.',
    ],
  },
  backend_error: {status: 503, title: 'The replica did not answer as expected', hints: ['Read the log of the network.']},
  load_shed: {status: 429, title: 'Too many requests', hints: ['Try again in a moment.']},
  internal_server_error: {status: 500, title: 'Internal error', hints: ['Read the log of the network.']},
} satisfies Record<string, FaultRow>

export type FaultType = keyof typeof FAULTS

export function fault(errorType: FaultType, details: string): Fault {
  return {kind: 'fault', errorType, details, ...FAULTS[errorType]}
}

export function isFault(value: object): value is Fault {
  return 'kind' in value && value.kind === 'fault'
}

const SYS_TRANSIENT = 2
const DESTINATION_INVALID = 3
const CANISTER_REJECT = 4
const CANISTER_ERROR = 5

/** The fault that a reject stands for. */
export function faultOfRejection({code, message}: Rejection): Fault {
  if (code === DESTINATION_INVALID) return fault('canister_not_found', message)
  if (code === CANISTER_ERROR) return fault('canister_error', message)
  if (code === CANISTER_REJECT) return fault('canister_reject', message)
  if (code === SYS_TRANSIENT && /frozen|out of cycles/i.test(message)) return fault('canister_frozen', message)
  return fault('backend_error', message)
}
