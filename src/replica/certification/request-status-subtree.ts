/** `/request_status/<id>` of the state tree. Source: digest certification section 1. */

import {encodeUtf8} from '../../base/bytes.js'
import type {IngressState} from '../state/ingress-history.js'
import type {CallOutcome} from '../state/messages.js'
import {type LabelPath, type LabelTree, textLabel} from './label-tree.js'

const STATUS = textLabel('status')
const REPLY = textLabel('reply')
const REJECT_CODE = textLabel('reject_code')
const REJECT_MESSAGE = textLabel('reject_message')
const ERROR_CODE = textLabel('error_code')

/** Values that all requests share: one of their own each would cost 200 bytes. */
const STATUS_VALUES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  ['received', 'processing', 'replied', 'rejected', 'done'].map((status) => [status, encodeUtf8(status)]),
)

/** Undefined removes the request. */
export function setRequestStatus(labels: LabelTree, path: LabelPath, state: IngressState | undefined): void {
  if (state?.kind !== 'received') labels.delete(path)
  if (!state) return
  if (state.kind === 'terminal') setOutcome(labels, path, state.outcome)
  else labels.set([...path, STATUS], STATUS_VALUES[state.kind]!)
}

function setOutcome(labels: LabelTree, path: LabelPath, outcome: CallOutcome): void {
  labels.set([...path, STATUS], STATUS_VALUES[outcome.kind === 'reply' ? 'replied' : 'rejected']!)
  if (outcome.kind === 'reply') {
    labels.set([...path, REPLY], outcome.data)
    return
  }
  labels.set([...path, REJECT_CODE], Uint8Array.of(outcome.code))
  labels.set([...path, REJECT_MESSAGE], encodeUtf8(outcome.message))
  labels.set([...path, ERROR_CODE], encodeUtf8(outcome.errorCode))
}
