/**
 * Answers of queries are signed by the node that gave them. The nodes of a subnet and their keys are in the state tree.
 *
 * Source: IC interface specification, "Request: Query call", "Response authentication".
 */

import {createPublicKey, verify} from 'node:crypto'
import type {ApiQueryResponse} from '@dfinity/agent'
import {concatBytes} from '../base/bytes.js'
import {type HashableMap, hashOfMap, RESPONSE_SEPARATOR} from '../protocol/request-id.js'

/** DER public key of a node, by the node's id. */
export type FindNodeKey = (nodeId: Uint8Array) => Uint8Array | undefined

/** Nodes that lag further behind are not believed. Source: IC interface specification, "Response authentication". */
const MAX_AGE_NS = 300_000_000_000n

/** Undefined when every signature is right and there is one; else what is wrong. */
export function findQueryFault(answer: ApiQueryResponse, findNodeKey: FindNodeKey, nowNs: bigint): string | undefined {
  const signatures = answer.signatures ?? []
  if (signatures.length === 0) return 'the answer carries no signature.'
  for (const {timestamp, signature, identity} of signatures) {
    if (nowNs - BigInt(timestamp) > MAX_AGE_NS) return 'the answer is older than five minutes.'
    const key = findNodeKey(identity)
    if (!key) return 'the node that signed it is not of the subnet.'
    const signed = concatBytes(RESPONSE_SEPARATOR, hashOfMap(signedFields(answer, BigInt(timestamp))))
    if (!verify(undefined, signed, createPublicKey({key: Buffer.from(key), format: 'der', type: 'spki'}), signature))
      return 'the signature of the node is wrong.'
  }
  return undefined
}

function signedFields(answer: ApiQueryResponse, timestamp: bigint): HashableMap {
  const common = {status: answer.status, timestamp, request_id: answer.requestId}
  if ('reply' in answer) return {...common, reply: {arg: answer.reply.arg}}
  return {...common, reject_code: answer.reject_code, reject_message: answer.reject_message, error_code: answer.error_code}
}
