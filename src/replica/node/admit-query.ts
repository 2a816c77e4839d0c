/**
 * Whether a query may be evaluated, as far as that can be told without the state: on the thread that has time for it.
 *
 * Source: digest http-interface section 5, order of checks of a query.
 */

import {type Envelope, parseEnvelope, type QueryContent} from '../../protocol/envelope.js'
import {authenticate} from '../crypto/authenticate.js'
import type {ReadRequest, Refusal} from '../http/port.js'
import type {AdmissionContext} from './admit-call.js'
import {findUrlFault} from './effective-id.js'

export interface QueryRequest extends ReadRequest {
  /** Admitted before: its signature need not be verified again. */
  readonly isAuthentic?: boolean
}

export function admitQuery(request: QueryRequest, context: AdmissionContext): Refusal | Envelope<QueryContent> {
  const parsed = parseEnvelope(request.body, 'query')
  if (!parsed.ok) return refused(parsed.message)
  const {envelope} = parsed
  if (request.isAuthentic) return envelope
  const urlFault = findUrlFault(envelope.content, request, context.subnetId)
  if (urlFault !== undefined) return refused(urlFault)
  const authentication = authenticate(envelope, context)
  return authentication.ok ? envelope : refused(authentication.message)
}

/** Whether there seems to be a signature to verify: looked up in the bytes, so cheap that it can be asked of every query. */
export function seemsSigned({body}: ReadRequest): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.length).includes('sender_sig')
}

const refused = (text: string): Refusal => ({kind: 'refused', status: 400, text})
