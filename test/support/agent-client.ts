/** The unmodified @dfinity/agent, with the few management calls that tests need. Certificates and query signatures are verified by it. */

import {HttpAgent, type Identity, pollForResponse} from '@dfinity/agent'
import {Ed25519KeyIdentity} from '@dfinity/identity'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {decodeArgs} from '../../src/candid/decode.js'
import {encodeArgs} from '../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../src/candid/management.js'
import {type CanisterId, principalFromBytes, principalToBytes} from '../../src/protocol/principal.js'

export const toAgentPrincipal = (id: CanisterId): AgentPrincipal => AgentPrincipal.fromUint8Array(principalToBytes(id))

/** An agent that trusts the network's own root key and verifies everything with it. */
export async function createTestAgent(url: string, identity: Identity = Ed25519KeyIdentity.generate()): Promise<HttpAgent> {
  return HttpAgent.create({host: url, identity, shouldFetchRootKey: true, verifyQuerySignatures: true, retryTimes: 0})
}

/** Sends an update call and waits for its certified reply. Throws the agent's error for a reject. */
export async function update(
  agent: HttpAgent,
  canisterId: CanisterId,
  methodName: string,
  arg: Uint8Array,
  effectiveId = canisterId,
): Promise<Uint8Array> {
  const effectiveCanisterId = toAgentPrincipal(effectiveId)
  const {requestId, response} = await agent.call(toAgentPrincipal(canisterId), {methodName, arg, effectiveCanisterId})
  if (response.body && 'reject_code' in response.body) throw new Error(`${response.body.error_code}: ${response.body.reject_message}`)
  const {reply} = await pollForResponse(agent, effectiveCanisterId, requestId)
  return new Uint8Array(reply)
}

/** Calls a method of `aaaaa-aa` with plain values, as src/candid/types.ts describes them. */
export async function manage(
  agent: HttpAgent,
  method: string,
  args: Readonly<Record<string, unknown>>,
  effectiveId: CanisterId,
): Promise<unknown> {
  const type = findManagementMethod(method)!
  const payload = encodeArgs(type.args, [args], managementInterface().types)
  const reply = await update(agent, '' as CanisterId, method, payload, effectiveId)
  return decodeArgs(reply, type.results, managementInterface().types)[0]
}

/** Any id of the local subnet: where canisters are created. */
export const ANY_LOCAL_ID = principalFromBytes(Uint8Array.of(0x80, 0, 0, 0, 0, 0x10, 0, 0, 1, 1))

export async function createCanister(agent: HttpAgent): Promise<CanisterId> {
  const args = {amount: [], settings: [], specified_id: [], sender_canister_version: []}
  const {canister_id} = (await manage(agent, 'provisional_create_canister_with_cycles', args, ANY_LOCAL_ID)) as {canister_id: CanisterId}
  return canister_id
}

export async function installCode(
  agent: HttpAgent,
  canisterId: CanisterId,
  wasm: Uint8Array,
  mode: unknown = {install: null},
): Promise<void> {
  const args = {mode, canister_id: canisterId, wasm_module: wasm, arg: encodeArgs([], []), sender_canister_version: []}
  await manage(agent, 'install_code', args, canisterId)
}
