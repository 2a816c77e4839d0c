/** Bodies of answers, as CBOR. Source: digest http-interface sections 7, 8, 10. */

import {SELF_DESCRIBE_TAG, tagged} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {CallAnswer, NodeStatus} from './port.js'

export interface HttpAnswer {
  readonly status: number
  readonly contentType: 'application/cbor' | 'text/plain'
  readonly body: Uint8Array | string
}

export const plainText = (status: number, body: string): HttpAnswer => ({status, contentType: 'text/plain', body})

export const cbor = (value: Parameters<typeof encodeCbor>[0]): HttpAnswer => ({
  status: 200,
  contentType: 'application/cbor',
  body: encodeCbor(tagged(SELF_DESCRIBE_TAG, value)),
})

/** The answer to a call: v2 has no `status` in a rejection and an empty 202. */
export function callAnswer(answer: CallAnswer, isSynchronous: boolean): HttpAnswer {
  switch (answer.kind) {
    case 'refused':
      return plainText(answer.status, answer.text)
    case 'accepted':
      return plainText(202, isSynchronous ? answer.text : '')
    case 'certificate':
      return cbor({status: 'replied', certificate: answer.certificate})
    case 'rejected': {
      const rejection = {reject_code: answer.rejectCode, reject_message: answer.message, error_code: answer.errorCode}
      return cbor(isSynchronous ? {status: 'non_replicated_rejection', ...rejection} : rejection)
    }
  }
}

export function statusAnswer(status: NodeStatus): HttpAnswer {
  return cbor({
    root_key: status.rootKey,
    impl_version: status.version,
    replica_health_status: status.health,
    certified_height: status.certifiedHeight,
  })
}
