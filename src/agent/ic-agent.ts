/**
 * A connection to an Internet Computer network: calls, queries and the state tree, every certificate verified. Principals and bytes in,
 * bytes out; Candid is the caller's affair.
 *
 * Source: IC interface specification, "HTTPS interface"; the protocol itself is spoken by @dfinity/agent.
 */

import {
  AgentError,
  type ApiQueryResponse,
  Certificate,
  HttpAgent,
  type Identity,
  IngressExpiryInvalidErrorCode,
  LookupPathStatus,
  lookupResultToBuffer,
  polling,
  type RequestId,
} from '@dfinity/agent'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {decodeUtf8Lossy, encodeUtf8, fromHex, toHex} from '../base/bytes.js'
import {type Principal, principalFromBytes, principalToBytes} from '../protocol/principal.js'
import {initBls, verifyBls} from '../replica/crypto/bls.js'
import {CallRejected, CertificateInvalid, NetworkAnswerInvalid} from './errors.js'
import {type Host, toAgentFailure} from './failures.js'
import {type FindNodeKey, findQueryFault} from './verify-query.js'

export interface ConnectOptions {
  /** `http(s)://HOST[:PORT]` */
  readonly host: string
  readonly identity: Identity
  /** `mainnet`: the key that never changes. `fetch`: ask the network, as is right for one of our own. */
  readonly rootKey: 'mainnet' | 'fetch' | Uint8Array
  /** Over a real network, requests are repeated, with the same request id, when they fail. Default: mainnet only. */
  readonly isRemote?: boolean
  /** Verify the node signatures of queries; costs one more request. Default true. */
  readonly verifyQueries?: boolean
  /** What to type when nothing answers. */
  readonly startHint?: string
}

export interface CanisterCall {
  readonly canisterId: Principal
  readonly method: string
  readonly arg: Uint8Array
  /** The canister whose subnet answers; needed for calls of `aaaaa-aa`. */
  readonly effectiveCanisterId?: Principal
}

export interface CallOutcome {
  /** `unknown`, `received`, `processing`, `replied`. */
  readonly status: string
  /** Present when replied. */
  readonly reply: Uint8Array | undefined
}

/** A step in the state tree: text is UTF-8. */
export type PathSegment = string | Uint8Array

/** Looks a path up in a verified part of the state tree. */
export type StateLookup = (path: readonly PathSegment[]) => Uint8Array | undefined

/** Attempts beyond the first when a request over a real network fails. */
const REMOTE_RETRIES = 3

/** Throws NetworkUnreachable, NetworkAnswerInvalid. */
export async function connect(options: ConnectOptions): Promise<IcAgent> {
  const host: Host = {url: options.host, startHint: options.startHint}
  const isRemote = options.isRemote ?? options.rootKey === 'mainnet'
  const http = HttpAgent.createSync({
    host: options.host,
    identity: options.identity,
    // Done here, with keys that `#verify` has checked: the library's own way takes 250 ms more.
    verifyQuerySignatures: false,
    retryTimes: isRemote ? REMOTE_RETRIES : 0,
    ...(options.rootKey instanceof Uint8Array ? {rootKey: options.rootKey} : {}),
  })
  if (options.rootKey === 'fetch') await toAgentFailure(host, http.fetchRootKey())
  return new IcAgent({
    http,
    host,
    sender: principalFromBytes(options.identity.getPrincipal().toUint8Array()),
    verifiesQueries: options.verifyQueries ?? true,
  })
}

interface AgentParts {
  readonly http: HttpAgent
  readonly host: Host
  readonly sender: Principal
  readonly verifiesQueries: boolean
}

export class IcAgent {
  /** For libraries that speak to @dfinity/agent themselves. */
  readonly http: HttpAgent
  /** Who calls. */
  readonly sender: Principal
  readonly #host: Host
  readonly #verifiesQueries: boolean
  /** Keys of the nodes that may answer for a canister. */
  readonly #nodeKeys = new Map<string, Promise<FindNodeKey>>()

  constructor({http, host, sender, verifiesQueries}: AgentParts) {
    this.http = http
    this.sender = sender
    this.#host = host
    this.#verifiesQueries = verifiesQueries
  }

  /** The key that certificates are checked against, DER. */
  get rootKey(): Uint8Array {
    return this.http.rootKey!
  }

  /** Calls and waits for the certified answer. Throws CallRejected, CertificateInvalid, NetworkUnreachable. */
  async update(call: CanisterCall): Promise<Uint8Array> {
    return this.#guard(async () => {
      const {requestId, response} = await this.http.call(...toAgentCall(call))
      const body = response.body
      if (body && 'reject_code' in body) throw new CallRejected(body.reject_code, body.reject_message, body.error_code)
      const effective = toAgentPrincipal(call.effectiveCanisterId ?? call.canisterId)
      await initBls()
      const reply = body && 'certificate' in body ? await this.#findReply(body.certificate, effective, requestId) : undefined
      return reply ?? (await polling.pollForResponse(this.http, effective, requestId, {blsVerify: verifyBls})).reply
    })
  }

  /** Hands a call in without waiting. Gives the request id in hexadecimal. */
  async submit(call: CanisterCall): Promise<string> {
    return this.#guard(async () => {
      const [canisterId, fields] = toAgentCall(call)
      const {requestId, response} = await this.http.call(canisterId, {...fields, callSync: false})
      const body = response.body
      if (body && 'reject_code' in body) throw new CallRejected(body.reject_code, body.reject_message, body.error_code)
      return toHex(requestId)
    })
  }

  /** Throws CallRejected, NetworkUnreachable. */
  async query(call: CanisterCall): Promise<Uint8Array> {
    return this.#guard(async () => {
      const fields = {methodName: call.method, arg: call.arg}
      const effective = call.effectiveCanisterId === undefined ? {} : {effectiveCanisterId: toAgentPrincipal(call.effectiveCanisterId)}
      const answer = await this.http.query(toAgentPrincipal(call.canisterId), {...fields, ...effective})
      if (this.#verifiesQueries) await this.#verifyQuery(answer, call.effectiveCanisterId ?? call.canisterId)
      if ('reply' in answer) return new Uint8Array(answer.reply.arg)
      throw new CallRejected(answer.reject_code, answer.reject_message, answer.error_code)
    })
  }

  /** Reads paths of the state tree as the subnet of the canister certifies them. */
  async readState(canisterId: Principal, paths: readonly (readonly PathSegment[])[]): Promise<StateLookup> {
    return this.#guard(async () => {
      const id = toAgentPrincipal(canisterId)
      const encoded = paths.map((path) => path.map((segment) => (typeof segment === 'string' ? encodeUtf8(segment) : segment)))
      const {certificate} = await this.http.readState(id, {paths: encoded})
      const verified = await this.#verify(certificate, id)
      return (path) => findValue(verified, path)
    })
  }

  /** Waits for the answer to a call that was handed in before; `requestId` in hexadecimal. Throws CallRejected. */
  async waitForReply(canisterId: Principal, requestId: string): Promise<Uint8Array> {
    return this.#guard(async () => {
      await initBls()
      const id = fromHex(requestId) as RequestId
      return new Uint8Array((await polling.pollForResponse(this.http, toAgentPrincipal(canisterId), id, {blsVerify: verifyBls})).reply)
    })
  }

  /** What a certificate that came some other way says about a call. Throws CallRejected, CertificateInvalid. */
  async readOutcome(certificate: Uint8Array, canisterId: Principal, requestId: string): Promise<CallOutcome> {
    return this.#guard(async () => {
      const verified = await this.#verify(certificate, toAgentPrincipal(canisterId))
      return findOutcome(verified, fromHex(requestId))
    })
  }

  async status(): Promise<Readonly<Record<string, unknown>>> {
    return this.#guard(async () => (await this.http.status()) as Readonly<Record<string, unknown>>)
  }

  async #findReply(certificate: Uint8Array, effective: AgentPrincipal, requestId: RequestId): Promise<Uint8Array | undefined> {
    return findOutcome(await this.#verify(certificate, effective), requestId).reply
  }

  async #verify(certificate: Uint8Array, canisterId: AgentPrincipal): Promise<Certificate> {
    await initBls()
    return Certificate.create({certificate, rootKey: this.rootKey, canisterId, agent: this.http, blsVerify: verifyBls})
  }

  async #verifyQuery(answer: ApiQueryResponse, canisterId: Principal): Promise<void> {
    if (!this.#nodeKeys.has(canisterId)) this.#nodeKeys.set(canisterId, this.#readNodeKeys(toAgentPrincipal(canisterId)))
    const fault = findQueryFault(
      answer,
      await this.#nodeKeys.get(canisterId)!,
      BigInt(Date.now() + this.http.getTimeDiffMsecs()) * 1_000_000n,
    )
    if (fault !== undefined) throw new CertificateInvalid(this.#host.url, fault)
  }

  async #readNodeKeys(canisterId: AgentPrincipal): Promise<FindNodeKey> {
    const {certificate} = await this.http.readState(canisterId, {paths: [[encodeUtf8('subnet')]]})
    const verified = await this.#verify(certificate, canisterId)
    // Without a delegation the root subnet answers, whose id is that of its key.
    const subnetId = verified.cert.delegation?.subnet_id ?? AgentPrincipal.selfAuthenticating(this.rootKey).toUint8Array()
    return (nodeId) => findValue(verified, ['subnet', new Uint8Array(subnetId), 'node', nodeId, 'public_key'])
  }

  #guard<T>(work: () => Promise<T>): Promise<T> {
    return toAgentFailure(
      this.#host,
      work().catch(async (error: unknown) => {
        if (!isOtherTime(error) || this.http.hasSyncedTime()) throw error
        // A local network whose time was advanced, or a machine whose clock is wrong: from now on the network's time counts.
        await this.http.syncTime()
        return work()
      }),
    )
  }
}

const isOtherTime = (error: unknown): boolean => error instanceof AgentError && error.code instanceof IngressExpiryInvalidErrorCode

/** Throws CallRejected, and NetworkAnswerInvalid for an answer that is no longer kept. */
function findOutcome(certificate: Certificate, requestId: Uint8Array): CallOutcome {
  const at = (leaf: string): Uint8Array | undefined => findValue(certificate, ['request_status', requestId, leaf])
  const textAt = (leaf: string): string | undefined => {
    const bytes = at(leaf)
    return bytes && decodeUtf8Lossy(bytes)
  }
  const status = textAt('status') ?? 'unknown'
  if (status === 'rejected')
    throw new CallRejected(Number(at('reject_code')?.[0] ?? 0), textAt('reject_message') ?? '', textAt('error_code'))
  if (status === 'done') throw new NetworkAnswerInvalid('The call was answered, but the network no longer has the answer.')
  return {status, reply: status === 'replied' ? at('reply') : undefined}
}

function toAgentCall({canisterId, method, arg, effectiveCanisterId}: CanisterCall): Parameters<HttpAgent['call']> {
  const effective = effectiveCanisterId === undefined ? {} : {effectiveCanisterId: toAgentPrincipal(effectiveCanisterId)}
  return [toAgentPrincipal(canisterId), {methodName: method, arg, ...effective}]
}

export function toAgentPrincipal(principal: Principal): AgentPrincipal {
  return AgentPrincipal.fromUint8Array(principalToBytes(principal))
}

function findValue(certificate: Certificate, path: readonly PathSegment[]): Uint8Array | undefined {
  const found = certificate.lookup_path([...path])
  return found.status === LookupPathStatus.Found ? lookupResultToBuffer(found) : undefined
}
