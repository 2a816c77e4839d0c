/** A local network, for the tests of one `describe`, with universal canisters on it. */

import type {HttpAgent} from '@dfinity/agent'
import {decodeArgs} from '../../src/candid/decode.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../src/candid/management.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID} from '../../src/protocol/principal.js'
import {type Piece, program} from '../spec/universal/program.js'
import {type UniversalOptions, universalCanister} from '../spec/universal/universal-canister.js'
import {ANY_LOCAL_ID, createCanister, createTestAgent, manage, toAgentPrincipal, update} from './agent-client.js'
import {type LocalNetwork, removeFolder, startLocalNetwork, temporaryFolder} from './local-network.js'
import {closeConnections} from './raw-http.js'

export interface UniversalNetwork {
  readonly network: LocalNetwork
  readonly agent: HttpAgent
  readonly url: string
  /** A new canister, controlled by the agent's identity, that runs programs. */
  install(options?: UniversalOptions, init?: readonly Piece[]): Promise<CanisterId>
  /** Runs a program as an update: the reply as text, or `IC0503: text`. */
  update(canister: CanisterId, ...pieces: readonly Piece[]): Promise<string>
  updateBytes(canister: CanisterId, ...pieces: readonly Piece[]): Promise<Uint8Array>
  /** Runs a program as a query, or as method `composite`. */
  query(canister: CanisterId, pieces: readonly Piece[], method?: string): Promise<string>
  /** The result of a query to the management canister. */
  queryManagement(method: string, args: Readonly<Record<string, unknown>>): Promise<unknown>
  /** The result of a management call, or `IC0503: text`. */
  manage(method: string, args: Readonly<Record<string, unknown>>, effectiveId: CanisterId): Promise<unknown>
}

/** To be called in a `describe`. The server process lives as long as its tests. */
export function useUniversalNetwork(): UniversalNetwork {
  const folder = temporaryFolder()
  let network: LocalNetwork | undefined
  let agent: HttpAgent
  before(async () => {
    network = await startLocalNetwork(folder)
    agent = await createTestAgent(network.url)
  })
  after(async () => {
    closeConnections()
    await network?.stop()
    removeFolder(folder)
  })
  const updateBytes = (canister: CanisterId, ...pieces: readonly Piece[]): Promise<Uint8Array> =>
    update(agent, canister, 'update', program(...pieces))
  return {
    get network() {
      return network!
    },
    get agent() {
      return agent
    },
    get url() {
      return network!.url
    },
    async install(options = {}, init = []) {
      const canisterId = await createCanister(agent)
      const args = {
        mode: {install: null},
        canister_id: canisterId,
        wasm_module: universalCanister(options),
        arg: program(...init),
        sender_canister_version: [],
      }
      await manage(agent, 'install_code', args, canisterId)
      return canisterId
    },
    updateBytes,
    update: (canister, ...pieces) => textOf(async () => Buffer.from(await updateBytes(canister, ...pieces)).toString()),
    async query(canister, pieces, method = 'query') {
      const answer = await agent.query(toAgentPrincipal(canister), {methodName: method, arg: program(...pieces)})
      if (answer.status === 'replied') return Buffer.from(answer.reply.arg).toString()
      return `${answer.error_code}: ${answer.reject_message}`
    },
    async queryManagement(method, args) {
      const effectiveCanisterId = toAgentPrincipal((args.canister_id ?? ANY_LOCAL_ID) as CanisterId)
      const arg = managementArgument(method, args)
      const answer = await agent.query(toAgentPrincipal(MANAGEMENT_CANISTER_ID), {methodName: method, arg, effectiveCanisterId})
      if (answer.status === 'rejected') return `${answer.error_code}: ${answer.reject_message}`
      const {results} = findManagementMethod(method)!
      return decodeArgs(new Uint8Array(answer.reply.arg), results, managementInterface().types)[0]
    },
    manage: (method, args, effectiveId) => textOf(() => manage(agent, method, args, effectiveId)),
  }
}

/** What `act` gives, or the reject as `IC0503: text`. */
export async function textOf<T>(act: () => Promise<T>): Promise<T | string> {
  try {
    return await act()
  } catch (error) {
    return rejectText(error)
  }
}

/** Code and text of a reject, as the agent's errors carry them. */
export function rejectText(error: unknown): string {
  const {code, message} = (error as {cause?: {code?: Record<string, unknown>}; message: string}).cause
    ? {code: (error as {cause: {code: Record<string, unknown>}}).cause.code, message: ''}
    : {code: undefined, message: (error as Error).message}
  if (code && 'rejectMessage' in code) return `${code.rejectErrorCode}: ${code.rejectMessage}`
  return message || String(error)
}

/** The argument of `update_settings` that changes these settings and no others. */
export function changeSettings(canisterId: CanisterId, change: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown> {
  const unchanged = Object.fromEntries(SETTINGS.map((name) => [name, []]))
  return {canister_id: canisterId, settings: {...unchanged, ...change}, sender_canister_version: []}
}

const SETTINGS = [
  'controllers',
  'compute_allocation',
  'memory_allocation',
  'freezing_threshold',
  'reserved_cycles_limit',
  'minimum_incoming_canister_call_cycles',
  'log_visibility',
  'snapshot_visibility',
  'status_visibility',
  'wasm_memory_limit',
  'wasm_memory_threshold',
  'environment_variables',
]

/** Asks until it is so, for what time alone brings. */
export async function until(isSo: () => Promise<boolean>, seconds = 10): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await pause(20)) if (await isSo()) return
  throw new Error(`it did not come in ${seconds} seconds`)
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Candid of a management method's argument; `{}` for a method without. */
export function managementArgument(method: string, args: unknown): Uint8Array {
  const types = findManagementMethod(method)!.args
  return encodeArgs(types, types.length === 0 ? [] : [args], managementInterface().types)
}
