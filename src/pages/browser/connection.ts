/** Calls from the browser, over the unmodified agent: it verifies certificates and the signatures of queries itself. */

import {Certificate, HttpAgent, type Identity, lookupResultToBuffer, polling} from '@dfinity/agent'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {decodeUtf8Lossy} from '../../base/bytes.js'
import {decodeArgs} from '../../candid/decode.js'
import {encodeArgs} from '../../candid/encode.js'
import type {FuncType} from '../../candid/types.js'

export class Connection {
  readonly #agent: HttpAgent
  readonly #canisterId: AgentPrincipal

  private constructor(agent: HttpAgent, canisterId: AgentPrincipal) {
    this.#agent = agent
    this.#canisterId = canisterId
  }

  /** Throws when the text is no principal or the network does not answer. */
  static async open(canisterId: string, identity: Identity): Promise<Connection> {
    const id = AgentPrincipal.fromText(canisterId)
    const agent = await HttpAgent.create({host: location.origin, identity, shouldFetchRootKey: true})
    return new Connection(agent, id)
  }

  useIdentity(identity: Identity): void {
    this.#agent.replaceIdentity(identity)
  }

  /** The interface the canister tells: its metadata, or what Motoko told before there was metadata. Undefined: it tells none. */
  async findInterface(): Promise<string | undefined> {
    return (await this.#findMetadata('candid:service')) ?? (await this.#findOldInterface())
  }

  async #findMetadata(name: string): Promise<string | undefined> {
    const encoder = new TextEncoder()
    const path = [encoder.encode('canister'), this.#canisterId.toUint8Array(), encoder.encode('metadata'), encoder.encode(name)]
    const {certificate} = await this.#agent.readState(this.#canisterId, {paths: [path]})
    const verified = await Certificate.create({certificate, rootKey: this.#agent.rootKey!, canisterId: this.#canisterId})
    const found = lookupResultToBuffer(verified.lookup_path(path))
    return found && decodeUtf8Lossy(new Uint8Array(found))
  }

  async #findOldInterface(): Promise<string | undefined> {
    try {
      const reply = await this.query('__get_candid_interface_tmp_hack', encodeArgs([], []))
      return decodeArgs(reply, [{kind: 'text'}])[0] as string
    } catch {
      return undefined
    }
  }

  /** The reply, undefined for a one-way call. Throws errors whose message is for people. */
  async call(method: string, type: FuncType, arg: Uint8Array): Promise<Uint8Array | undefined> {
    if (isQuery(type)) return this.query(method, arg)
    const {requestId, response} = await this.#agent.call(this.#canisterId, {methodName: method, arg, effectiveCanisterId: this.#canisterId})
    const body = response.body
    if (body && 'reject_code' in body) throw new Error(describeReject(body))
    if (type.modes.includes('oneway')) return undefined
    const {reply} = await polling.pollForResponse(this.#agent, this.#canisterId, requestId)
    return new Uint8Array(reply)
  }

  async query(methodName: string, arg: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#agent.query(this.#canisterId, {methodName, arg})
    if ('reply' in answer) return new Uint8Array(answer.reply.arg)
    throw new Error(describeReject(answer))
  }
}

export function isQuery({modes}: FuncType): boolean {
  return modes.includes('query') || modes.includes('composite_query')
}

function describeReject({
  reject_code,
  reject_message,
  error_code,
}: {
  reject_code: number
  reject_message: string
  error_code?: string | undefined
}): string {
  return `Reject code ${reject_code}${error_code ? ` (${error_code})` : ''}: ${reject_message}`
}
