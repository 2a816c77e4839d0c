/** A subnet that begins with the system canisters, as `start --system-canisters` makes it, called with Candid text. */

import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {brotliDecompressSync} from 'node:zlib'
import {decodeUtf8Lossy} from '../../../src/base/bytes.js'
import {decodeArgs} from '../../../src/candid/decode.js'
import {parseDid} from '../../../src/candid/did.js'
import {encodeArgs} from '../../../src/candid/encode.js'
import {parseCallArgument} from '../../../src/candid/text.js'
import {type CandidInterface, findMethod} from '../../../src/candid/types.js'
import {canisterIdFromNumber, type Principal} from '../../../src/protocol/principal.js'
import {installCode} from '../../../src/replica/canister/install-code.js'
import {recountMemory} from '../../../src/replica/cycles/subnet-memory.js'
import {evaluateQuery} from '../../../src/replica/execution/queries.js'
import {createExecutionRooms} from '../../../src/replica/node/execution-rooms.js'
import {ROOT_ID, SYSTEM_CANISTER_IDS, type SystemCanisterName} from '../../../src/replica/node/system-canisters/ids.js'
import {decodeSystemCanisters} from '../../../src/replica/node/system-canisters/image.js'
import type {CanisterState} from '../../../src/replica/state/canister-state.js'
import type {Ingress} from '../../../src/replica/state/messages.js'
import type {ReplicatedState} from '../../../src/replica/state/replicated-state.js'
import {repositoryRoot} from '../../support/repository-root.js'
import {aRunningSubnet, type Subnet} from '../../unit/replica/execution/subnet.js'
import {anIngress, aState, aSubnet, SUBNET_ID} from '../../unit/replica/makers.js'
import {anEnvironment, aRuntime} from '../universal/universal-subnet.js'

const IMAGE = brotliDecompressSync(readFileSync(join(repositoryRoot, 'templates', 'system-canisters', 'genesis.br')))
export const BEGIN_NS = 1_785_000_000_000_000_000n
const MAX_BATCHES = 30
const runtime = aRuntime()

export class SystemNetwork {
  readonly state: ReplicatedState
  readonly #subnet: Subnet
  readonly #interfaces = new Map<SystemCanisterName, CandidInterface>()

  constructor(others: readonly CanisterState[] = []) {
    const canisters = [...decodeSystemCanisters(IMAGE, BEGIN_NS), ...others]
    this.state = aState({canisters, timeNs: BEGIN_NS, idleChargedAtNs: BEGIN_NS})
    recountMemory(this.state, this.state.canisters.keys())
    const all = {first: canisterIdFromNumber(0n), last: canisterIdFromNumber(0x8000_0000_0fff_ffffn)}
    const subnet = aSubnet({canisterRanges: [all], hasFreeInstallRate: true})
    const rooms = createExecutionRooms({seed: new Uint8Array(32)})
    this.#subnet = aRunningSubnet({state: this.state, rooms, runtime, subnet}) as Subnet
  }

  canister(name: SystemCanisterName): CanisterState {
    return this.state.canisters.get(SYSTEM_CANISTER_IDS[name])!
  }

  /** Calls, runs batches until it is answered, and gives the first result. Fails the test for a reject. */
  call(name: SystemCanisterName, method: string, argument: string, sender: Principal): any {
    const outcome = this.send(name, method, argument, sender)
    assert.equal(outcome.kind, 'reply', outcome.kind === 'reject' ? outcome.message : '')
    return outcome.kind === 'reply' ? outcome.value : undefined
  }

  /** As `call`, for calls that may be rejected. */
  send(
    name: SystemCanisterName,
    method: string,
    argument: string,
    sender: Principal,
  ): {kind: 'reply'; value: any} | {kind: 'reject'; message: string} {
    const message = this.post(name, method, argument, sender)
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      this.run()
      const found = this.answerOf(name, method, message)
      if (found) return found
    }
    throw new Error(`${name}.${method} is not answered after ${MAX_BATCHES} batches`)
  }

  /** Makes a message without executing it. */
  post(name: SystemCanisterName, method: string, argument: string, sender: Principal): Ingress {
    const {types} = this.#interfaceOf(name)
    const {args} = findMethod(this.#interfaceOf(name), method)!
    const parsed = parseCallArgument(argument, args, types)
    const receiver = SYSTEM_CANISTER_IDS[name]
    const message = anIngress({
      receiver,
      method,
      sender,
      payload: encodeArgs(parsed.types, parsed.values, types),
      expiryNs: this.state.timeNs + 240_000_000_000n,
    })
    this.#pending.push(message)
    return message
  }

  readonly #pending: Ingress[] = []

  /** One batch, with all that was posted. */
  run(seconds = 1n): void {
    this.#subnet.run({ingress: this.#pending.splice(0), timeNs: this.state.timeNs + seconds * 1_000_000_000n})
  }

  answerOf(
    name: SystemCanisterName,
    method: string,
    {id}: Ingress,
  ): {kind: 'reply'; value: any} | {kind: 'reject'; message: string} | undefined {
    const entry = this.state.ingressHistory.get(id)
    if (entry?.state.kind !== 'terminal') return undefined
    const {outcome} = entry.state
    return outcome.kind === 'reply' ? {kind: 'reply', value: this.#decode(name, method, outcome.data)} : outcome
  }

  query(name: SystemCanisterName, method: string, argument = '()', caller = ROOT_ID): any {
    const {types} = this.#interfaceOf(name)
    const {args} = findMethod(this.#interfaceOf(name), method)!
    const parsed = parseCallArgument(argument, args, types)
    const env = anEnvironment({
      runtime,
      timeNs: this.state.timeNs,
      subnetId: SUBNET_ID,
      height: this.state.height,
      getDataCertificate: () => Uint8Array.of(1),
    })
    const registry = {version: 1, rootSubnetId: SUBNET_ID, subnets: new Map([[SUBNET_ID, aSubnet()]])}
    const payload = encodeArgs(parsed.types, parsed.values, types)
    const {outcome} = evaluateQuery({state: this.state, registry, env}, SYSTEM_CANISTER_IDS[name], {caller, method, payload})
    assert.equal(outcome.kind, 'reply', outcome.kind === 'reject' ? outcome.message : '')
    return outcome.kind === 'reply' ? this.#decode(name, method, outcome.data) : undefined
  }

  /** Upgrades a canister to the code it has. */
  upgrade(name: SystemCanisterName, argument: string): void {
    const canister = this.canister(name)
    const {types, service} = this.#interfaceOf(name)
    const parsed = parseCallArgument(argument, service!.initArgs!, types)
    const arg = encodeArgs(parsed.types, parsed.values, types)
    const args = {mode: {kind: 'upgrade', wasmMemoryPersistence: 'keep'}, wasm: canister.code!.module.wasm, arg, sender: ROOT_ID} as const
    const result = installCode(
      canister,
      args,
      anEnvironment({runtime, timeNs: this.state.timeNs, subnetId: SUBNET_ID, hasFreeInstallRate: true}),
    )
    assert.equal(result.kind, 'installed', result.kind === 'rejected' ? result.message : '')
  }

  #decode(name: SystemCanisterName, method: string, data: Uint8Array): any {
    const candid = this.#interfaceOf(name)
    return decodeArgs(data, findMethod(candid, method)!.results, candid.types)[0]
  }

  #interfaceOf(name: SystemCanisterName): CandidInterface {
    let candid = this.#interfaces.get(name)
    if (!candid) {
      const sections = this.canister(name).code!.module.customSections
      const service = decodeUtf8Lossy(sections.find((section) => section.name === 'candid:service')!.content)
      const initArgs = sections.find((section) => section.name === 'candid:args')
      candid = parseDid(initArgs ? service.replace(/service\s*:\s*\{/, `service : ${decodeUtf8Lossy(initArgs.content)} -> {`) : service)
      this.#interfaces.set(name, candid)
    }
    return candid
  }
}
