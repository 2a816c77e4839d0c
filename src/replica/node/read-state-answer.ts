/**
 * Answers `read_state`: authenticates, checks the paths, cuts the certificate.
 *
 * Source: IC interface specification, "Request: Read state"; digest http-interface sections 5 and 9.
 */

import {SELF_DESCRIBE_TAG, tagged} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {parseEnvelope} from '../../protocol/envelope.js'
import {checkReadStatePaths} from '../certification/path-permissions.js'
import {authenticate} from '../crypto/authenticate.js'
import type {ReadAnswer, ReadRequest} from '../http/port.js'
import type {CertifiedView} from './execution-core.js'

export function answerReadState(view: CertifiedView, request: ReadRequest, nowNs: bigint): ReadAnswer {
  const {state, keys} = view
  const parsed = parseEnvelope(request.body, 'read_state')
  if (!parsed.ok) return {kind: 'refused', status: 400, text: parsed.message}
  const {content} = parsed.envelope
  const authentication = authenticate(parsed.envelope, {nowNs, rootKey: keys.rootKeyDer})
  if (!authentication.ok) return {kind: 'refused', status: 400, text: authentication.message}
  const {scope, effectiveId, delegation} = request
  const permission = checkReadStatePaths(
    state,
    keys.registry,
    {paths: content.paths, sender: content.sender, targets: authentication.targets},
    {scope, effectiveId, isV3: delegation === 'tree'},
  )
  if (permission.kind === 'refused') return permission
  const {paths, exclude} = permission
  const certificate = view.certify(paths, request, exclude)
  return {kind: 'answered', body: encodeCbor(tagged(SELF_DESCRIBE_TAG, {certificate}))}
}
