/**
 * `message.json`: a call that was signed, to be sent by `canister send` within its time.
 *
 * Source: dfx-compat, section 8, "sign".
 */

import {existsSync} from 'node:fs'
import {fromHex, toHex} from '../base/bytes.js'
import {findText, writeJson} from '../io/files.js'
import {ConfigInvalid} from '../project/errors.js'
import {parseJson} from '../project/json-text.js'
import {inspect, integerBetween, listOf, object, oneOf, principal, text} from '../project/schema.js'
import {type Principal, principalToText} from '../protocol/principal.js'
import {ArgumentInvalid} from './canister-errors.js'

export interface SignedMessage {
  readonly creation: string
  readonly expiration: string
  /** URL. */
  readonly network: string
  readonly callType: 'query' | 'update'
  readonly sender: string
  readonly canisterId: Principal
  readonly methodName: string
  readonly arg: Uint8Array
  /** Hexadecimal; only for updates. */
  readonly requestId: string | undefined
  /** The envelope. */
  readonly content: Uint8Array
  /** The envelope that asks for the answer of an update. */
  readonly signedRequestStatus: Uint8Array | undefined
}

const VERSION = 1

const messageJson = object({
  version: integerBetween(1, VERSION),
  creation: text,
  expiration: text,
  network: text,
  call_type: oneOf('query', 'update'),
  sender: text,
  canister_id: principal,
  method_name: text,
  arg: listOf(integerBetween(0, 255)),
  content: text,
})

/** Throws ArgumentInvalid: signed messages are not overwritten. */
export function requireNewFile(file: string): void {
  if (!existsSync(file)) return
  throw new ArgumentInvalid(`[${file}] already exists, please specify a different output file name.`, {hints: ['Use --file FILE.']})
}

export function writeSignedMessage(file: string, message: SignedMessage, isMainnet: boolean): void {
  writeJson(file, {
    version: VERSION,
    creation: message.creation,
    expiration: message.expiration,
    network: message.network,
    is_ic: isMainnet,
    call_type: message.callType,
    sender: message.sender,
    canister_id: principalToText(message.canisterId),
    method_name: message.methodName,
    arg: [...message.arg],
    request_id: message.requestId === undefined ? null : `0x${message.requestId}`,
    content: toHex(message.content),
    signed_request_status: message.signedRequestStatus === undefined ? null : toHex(message.signedRequestStatus),
  })
}

/** Throws ArgumentInvalid for a file that is not there, ConfigInvalid for one that is something else. */
export function readSignedMessage(file: string): SignedMessage {
  const content = findText(file)
  if (content === undefined) throw new ArgumentInvalid(`There is no message file '${file}'.`)
  const json = parseJson(content, file)
  const {value, mistakes} = inspect(messageJson, json)
  if (!value || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  const {request_id: requestId, signed_request_status: status} = json as {request_id?: unknown; signed_request_status?: unknown}
  const {call_type: callType, canister_id: canisterId, content: envelope} = value
  if (callType === undefined || canisterId === undefined || envelope === undefined)
    throw new ConfigInvalid(file, [{path: '', problem: 'a signed message has call_type, canister_id and content'}])
  return {
    creation: value.creation ?? '',
    expiration: value.expiration ?? '',
    network: value.network ?? '',
    callType,
    sender: value.sender ?? '',
    canisterId,
    methodName: value.method_name ?? '',
    arg: Uint8Array.from(value.arg ?? []),
    requestId: typeof requestId === 'string' ? requestId.replace(/^0x/, '') : undefined,
    content: readHex(file, 'content', envelope),
    signedRequestStatus: typeof status === 'string' ? readHex(file, 'signed_request_status', status) : undefined,
  }
}

function readHex(file: string, path: string, hex: string): Uint8Array {
  if (/^([\da-f]{2})*$/i.test(hex)) return fromHex(hex)
  throw new ConfigInvalid(file, [{path, problem: 'expected hexadecimal digits'}])
}
