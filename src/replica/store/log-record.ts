/** What the log holds. Bodies are CBOR arrays; the kind is a byte of the record's frame. */

import {asArray, asBytes, asNat, asText, type CborInput, type CborValue, decodeCbor} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'

export type LogRecord =
  /** A final block with what execution needs beside it. On disk before any reply certified from it leaves the process. */
  | {
      readonly kind: 'batch'
      readonly height: number
      readonly block: Uint8Array
      /** 32 bytes from the random tape of the height. */
      readonly randomness: Uint8Array
      /** Of the icicle that executed it first. */
      readonly programVersion: string
    }
  /** What the height's state was certified to be: a replay must come to the same. */
  | {readonly kind: 'root'; readonly height: number; readonly rootHash: Uint8Array; readonly signature: Uint8Array}
  /** A replay of the height begins: when the process dies of it, the next one knows. */
  | {readonly kind: 'attempt'; readonly height: number}
  /** What is not to be executed at the height, because the process died of it: message ids, or canister ids for tasks. */
  | {readonly kind: 'quarantine'; readonly height: number; readonly subjects: readonly string[]}
  /** What this node signed for a height above the final ones, before anyone else saw it: `encodeArtifact`. */
  | {readonly kind: 'artifact'; readonly height: number; readonly artifact: Uint8Array}

export const KIND_BYTES = {batch: 1, root: 2, quarantine: 3, attempt: 4, artifact: 5} as const

export interface EncodedRecord {
  readonly kindByte: number
  readonly body: Uint8Array
}

export function encodeRecord(record: LogRecord): EncodedRecord {
  return {kindByte: KIND_BYTES[record.kind], body: encodeCbor(fieldsOf(record))}
}

function fieldsOf(record: LogRecord): CborInput {
  switch (record.kind) {
    case 'batch':
      return [record.height, record.block, record.randomness, record.programVersion]
    case 'root':
      return [record.height, record.rootHash, record.signature]
    case 'attempt':
      return [record.height]
    case 'quarantine':
      return [record.height, record.subjects]
    case 'artifact':
      return [record.height, record.artifact]
  }
}

/** The record, or undefined when kind or body are not ones this version writes. */
export function decodeRecord({kindByte, body}: EncodedRecord): LogRecord | undefined {
  const fields = findFields(body)
  const height = Number(asNat(fields?.[0]) ?? -1)
  if (!fields || height < 0) return undefined
  switch (kindByte) {
    case KIND_BYTES.batch: {
      const [block, randomness, programVersion] = [asBytes(fields[1]), asBytes(fields[2]), asText(fields[3])]
      if (!block || !randomness || programVersion === undefined) return undefined
      return {kind: 'batch', height, block, randomness, programVersion}
    }
    case KIND_BYTES.root: {
      const [rootHash, signature] = [asBytes(fields[1]), asBytes(fields[2])]
      return rootHash && signature && {kind: 'root', height, rootHash, signature}
    }
    case KIND_BYTES.attempt:
      return {kind: 'attempt', height}
    case KIND_BYTES.quarantine: {
      const subjects = asArray(fields[1])?.map(asText)
      return subjects?.every((subject) => subject !== undefined) ? {kind: 'quarantine', height, subjects} : undefined
    }
    case KIND_BYTES.artifact: {
      const artifact = asBytes(fields[1])
      return artifact && {kind: 'artifact', height, artifact}
    }
    default:
      return undefined
  }
}

function findFields(body: Uint8Array): readonly CborValue[] | undefined {
  try {
    return asArray(decodeCbor(body))
  } catch {
    return undefined
  }
}
