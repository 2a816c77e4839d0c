/**
 * The Candid interface of canisters that answer HTTP: `http_request`, `http_request_update` and their streaming callback.
 *
 * Source: HTTP gateway protocol specification, "Canister HTTP interface".
 */

import {decodeArgs, decodeUntyped, type UntypedMessage} from '../candid/decode.js'
import {encodeArgs} from '../candid/encode.js'
import {
  type CandidType,
  type CandidValue,
  type FuncReference,
  fieldHash,
  fieldKey,
  fieldsType,
  namedField,
  type ResolvedType,
  resolveType,
  type TypeEnv,
} from '../candid/types.js'
import type {CanisterId} from '../protocol/principal.js'

export type HeaderField = readonly [name: string, value: string]

export interface CanisterRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: readonly HeaderField[]
  readonly body: Uint8Array
}

export interface CanisterResponse {
  readonly status: number
  readonly headers: readonly HeaderField[]
  readonly body: Uint8Array
  /** Ask again with `http_request_update`. */
  readonly isUpgrade: boolean
  readonly stream: StreamPosition | undefined
}

/** What to call for the next part of a body. */
export interface StreamPosition {
  readonly canisterId: CanisterId
  readonly method: string
  /** The token, encoded with the type it came with: any Candid type is possible. */
  readonly arg: Uint8Array
}

const BLOB: CandidType = {kind: 'vec', inner: {kind: 'nat8'}}
const RESERVED: CandidType = {kind: 'reserved'}
const HEADERS: CandidType = {
  kind: 'vec',
  inner: {
    kind: 'record',
    fields: [
      {id: 0, type: {kind: 'text'}},
      {id: 1, type: {kind: 'text'}},
    ],
  },
}
const optional = (inner: CandidType): CandidType => ({kind: 'opt', inner})
const record = (fields: Readonly<Record<string, CandidType>>): CandidType =>
  fieldsType(
    'record',
    Object.entries(fields).map(([name, type]) => namedField(name, type)),
  )

const REQUEST = record({
  method: {kind: 'text'},
  url: {kind: 'text'},
  headers: HEADERS,
  body: BLOB,
  certificate_version: optional({kind: 'nat16'}),
})
const UPDATE_REQUEST = record({method: {kind: 'text'}, url: {kind: 'text'}, headers: HEADERS, body: BLOB})
/** Without the streaming strategy: its token has a type that only the message knows. */
const RESPONSE = record({status_code: {kind: 'nat16'}, headers: HEADERS, body: BLOB, upgrade: optional({kind: 'bool'})})
const STREAMED_PART = record({body: BLOB, token: optional(RESERVED)})

/** The version of response certification that the gateway asks for. */
const CERTIFICATE_VERSION = 2

export function encodeRequest(request: CanisterRequest): Uint8Array {
  return encodeArgs([REQUEST], [{...toRecord(request), certificate_version: [CERTIFICATE_VERSION]}])
}

export function encodeUpdateRequest(request: CanisterRequest): Uint8Array {
  return encodeArgs([UPDATE_REQUEST], [toRecord(request)])
}

function toRecord({method, url, headers, body}: CanisterRequest) {
  return {method, url, headers: headers.map(([name, value]) => ({_0_: name, _1_: value})), body}
}

interface ResponseRecord {
  readonly status_code: number
  readonly headers: readonly {readonly _0_: string; readonly _1_: string}[]
  readonly body: Uint8Array
  readonly upgrade: readonly [] | readonly [boolean]
}

/** Throws CandidError. */
export function decodeResponse(bytes: Uint8Array): CanisterResponse {
  const [value] = decodeArgs(bytes, [RESPONSE]) as unknown as [ResponseRecord]
  return {
    status: value.status_code,
    headers: value.headers.map(({_0_, _1_}) => [_0_, _1_]),
    body: value.body,
    isUpgrade: value.upgrade[0] === true,
    stream: findStream(decodeUntyped(bytes)),
  }
}

/** One more part of a streamed body, `record` or `opt record`: both are in use. Throws CandidError. */
export function decodeStreamedPart(bytes: Uint8Array, position: StreamPosition): {body: Uint8Array; next: StreamPosition | undefined} {
  const message = decodeUntyped(bytes)
  const whole = argument(message)
  const isOptional = whole?.type.kind === 'opt'
  const [decoded] = decodeArgs(bytes, [isOptional ? optional(STREAMED_PART) : STREAMED_PART])
  const part = (isOptional ? (decoded as CandidValue[])[0] : decoded) as {body: Uint8Array} | undefined
  if (!part) return {body: new Uint8Array(0), next: undefined}
  const token = content(field(isOptional ? content(whole, message.env) : whole, 'token', message.env), message.env)
  return {body: part.body, next: token && {...position, arg: encodeArgs([token.type], [token.value], message.env)}}
}

/** A value with its type, as the message has it. */
interface Typed {
  readonly type: ResolvedType
  readonly value: CandidValue
}

function findStream(message: UntypedMessage): StreamPosition | undefined {
  const {env} = message
  const strategy = content(field(argument(message), 'streaming_strategy', env), env)
  const callback = field(strategy, 'Callback', env)
  const reference = field(callback, 'callback', env)
  const token = field(callback, 'token', env)
  if (reference?.type.kind !== 'func' || !token) return undefined
  const {principal, method} = reference.value as unknown as FuncReference
  return {canisterId: principal, method, arg: encodeArgs([token.type], [token.value], env)}
}

function argument({types, values, env}: UntypedMessage): Typed | undefined {
  return types[0] && {type: resolveType(types[0], env), value: values[0]!}
}

/** A field of a record, or of a variant that is this case. */
function field(of: Typed | undefined, name: string, env: TypeEnv): Typed | undefined {
  if (of?.type.kind !== 'record' && of?.type.kind !== 'variant') return undefined
  const found = of.type.fields.find(({id}) => id === fieldHash(name))
  const value = found && (of.value as Readonly<Record<string, CandidValue>>)[fieldKey(found)]
  return found && value !== undefined ? {type: resolveType(found.type, env), value} : undefined
}

/** What an `opt` holds; a value that is not optional is itself. */
function content(of: Typed | undefined, env: TypeEnv): Typed | undefined {
  if (of?.type.kind !== 'opt') return of
  const values = of.value as readonly CandidValue[]
  return values.length === 0 ? undefined : {type: resolveType(of.type.inner, env), value: values[0]!}
}
