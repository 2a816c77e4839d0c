/**
 * Whether a posted call may enter the ingress pool, as far as that can be told without the state.
 *
 * Source: digest http-interface section 5, order of checks of a call.
 */

import {parseEnvelope} from '../../protocol/envelope.js'
import type {SubnetId} from '../../protocol/principal.js'
import {authenticate} from '../crypto/authenticate.js'
import type {CallRequest, Refusal} from '../http/port.js'
import {type IngressItem, MAX_INGRESS_BYTES, toIngressItem} from '../ingress/ingress-item.js'
import {findUrlFault} from './effective-id.js'

export type Admission = Refusal | {readonly kind: 'admitted'; readonly item: IngressItem}

export interface AdmissionContext {
  readonly nowNs: bigint
  /** DER. */
  readonly rootKey: Uint8Array
  readonly subnetId: SubnetId
}

export function admitCall(request: CallRequest, context: AdmissionContext): Admission {
  const {effectiveId, body} = request
  const parsed = parseEnvelope(body, 'call')
  if (!parsed.ok) return refused(400, parsed.message)
  const {envelope} = parsed
  const urlFault = findUrlFault(envelope.content, request, context.subnetId)
  if (urlFault !== undefined) return refused(400, urlFault)
  if (body.length > MAX_INGRESS_BYTES)
    return refused(
      413,
      `Request 0x${envelope.requestId} is too large. Message byte size ${body.length} is larger than the max allowed ${MAX_INGRESS_BYTES}.`,
    )
  const authentication = authenticate(envelope, context)
  if (!authentication.ok) return refused(400, authentication.message)
  const item = toIngressItem(envelope, effectiveId)
  return typeof item === 'string' ? refused(400, item) : {kind: 'admitted', item}
}

const refused = (status: number, text: string): Refusal => ({kind: 'refused', status, text})
