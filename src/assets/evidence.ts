/** The evidence of a batch, computed here: must equal what the canister computes. Byte format: digest http-gateway, section 8. */

import {bigEndian64, encodeUtf8} from '../base/bytes.js'
import {sha256} from '../base/sha256.js'
import type {AssetProperties} from './encode-content.js'
import type {AssetOperation} from './plan.js'

const NONE = Uint8Array.of(2)
const SOME = Uint8Array.of(3)
const TAGS = {create: 4, set: 5, unset: 6, delete: 7, properties: 9} as const

export function computeEvidence(operations: readonly AssetOperation[]): Uint8Array {
  return sha256(...operations.flatMap(evidenceOf))
}

function evidenceOf(operation: AssetOperation): readonly Uint8Array[] {
  const head = [Uint8Array.of(TAGS[operation.kind]), encodeUtf8(operation.key)]
  switch (operation.kind) {
    case 'delete':
      return head
    case 'unset':
      return [...head, encodeUtf8(operation.encoding)]
    case 'set':
      return [...head, encodeUtf8(operation.encoding), SOME, operation.sha256, operation.bytes]
    case 'create': {
      const {maxAge, headers, allowsRawAccess, isAliased} = operation.properties
      return [
        ...head,
        encodeUtf8(operation.mediaType),
        ...ofMaxAge(maxAge),
        ...ofHeaders(headers),
        ...ofFlag(allowsRawAccess),
        ...ofFlag(isAliased),
      ]
    }
    case 'properties': {
      const {changes} = operation
      return [
        ...head,
        ...ofChange('maxAge' in changes, () => ofMaxAge(changes.maxAge)),
        ...ofChange(changes.headers !== undefined, () => ofHeaders(changes.headers!)),
        ...ofChange(changes.allowsRawAccess !== undefined, () => ofFlag(changes.allowsRawAccess)),
        ...ofChange(changes.isAliased !== undefined, () => ofFlag(changes.isAliased)),
      ]
    }
  }
}

const ofChange = (isThere: boolean, value: () => readonly Uint8Array[]): readonly Uint8Array[] => (isThere ? [SOME, ...value()] : [NONE])

const ofMaxAge = (maxAge: bigint | undefined): readonly Uint8Array[] => (maxAge === undefined ? [NONE] : [SOME, bigEndian64(maxAge)])

const ofFlag = (flag: boolean | undefined): readonly Uint8Array[] => (flag === undefined ? [NONE] : [SOME, Uint8Array.of(flag ? 1 : 0)])

function ofHeaders(headers: AssetProperties['headers']): readonly Uint8Array[] {
  if (headers.length === 0) return [NONE]
  const sorted = [...headers].sort(([a], [b]) => (a < b ? -1 : 1))
  return [SOME, ...sorted.flat().map(encodeUtf8)]
}
