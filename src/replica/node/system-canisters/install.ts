/**
 * Installs the system canisters into an empty subnet: what their image is made from, at build time.
 *
 * Initial balances are those of dfx's local networks: 10^9 ICP for the anonymous principal and for each of two well-known test accounts, half
 * of all possible cycles for the anonymous principal. Source: digest system-canisters 6.1.
 */

import {toHex} from '../../../base/bytes.js'
import {invariant} from '../../../base/invariant.js'
import {parseDid} from '../../../candid/did.js'
import {encodeArgs} from '../../../candid/encode.js'
import {accountIdentifier} from '../../../protocol/account-identifier.js'
import {ANONYMOUS_PRINCIPAL, canisterIdFromNumber, type NodeId, type Principal} from '../../../protocol/principal.js'
import {installCode} from '../../canister/install-code.js'
import type {WasmRuntime} from '../../canister/wasm-runtime.js'
import {recountMemory} from '../../cycles/subnet-memory.js'
import {environmentOf} from '../../execution/subnet-environment.js'
import {processBatch} from '../../messaging/process-batch.js'
import type {Registry} from '../../registry/subnet-record.js'
import type {CanisterState} from '../../state/canister-state.js'
import {newState} from '../../state/new-state.js'
import type {ReplicatedState} from '../../state/replicated-state.js'
import {createExecutionRooms} from '../execution-rooms.js'
import {GOVERNANCE_ID, ROOT_ID, SYSTEM_CANISTER_IDS, type SystemCanisterName} from './ids.js'
import {HALF_OF_ALL_CYCLES, newSystemCanister} from './image.js'

export interface SystemModule {
  readonly wasm: Uint8Array
  /** Its Candid interface, with the arguments of its constructor. */
  readonly candid: string
}

const ICP_BALANCE_E8S = 1_000_000_000n * 100_000_000n
const RICH_ACCOUNTS = [
  '5b315d2f6702cb3a27d826161797d7b2c2e131cd312aece51d4d5574d1247087',
  '2b8fbde99de881f695f279d2a892b1137bfe81a42d7694e064b1be58701e1138',
  toHex(accountIdentifier({owner: ANONYMOUS_PRINCIPAL})),
]
/** 1 ICP = 3.52 XDR = 3.52 T cycles. */
const XDR_PERMYRIAD_PER_ICP = 35_200n
/** 2026-01-01: the first blocks of the ledgers carry it. */
const INSTALLED_AT_NS = 1_767_225_600_000_000_000n
const SECOND_NS = 1_000_000_000n
/** More than the indexes need to catch up with the first blocks. */
const MAX_BATCHES = 20

const {ledger, cycles} = {ledger: SYSTEM_CANISTER_IDS['icp-ledger'], cycles: SYSTEM_CANISTER_IDS['cycles-ledger']}
const mintingAccount = toHex(accountIdentifier({owner: GOVERNANCE_ID}))

const ARGUMENTS: Record<SystemCanisterName, unknown> = {
  'icp-index': {ledger_id: ledger},
  'cycles-index': {ledger_id: cycles},
  'icp-ledger': {
    Init: {
      minting_account: mintingAccount,
      icrc1_minting_account: [{owner: GOVERNANCE_ID, subaccount: []}],
      initial_values: RICH_ACCOUNTS.map((account) => ({_0_: account, _1_: {e8s: ICP_BALANCE_E8S}})),
      index_id: [SYSTEM_CANISTER_IDS['icp-index']],
    },
  },
  'cycles-ledger': {
    Init: {
      max_blocks_per_request: 50n,
      index_id: [SYSTEM_CANISTER_IDS['cycles-index']],
      initial_balances: [[{_0_: {owner: ANONYMOUS_PRINCIPAL, subaccount: []}, _1_: HALF_OF_ALL_CYCLES}]],
    },
  },
  'cycles-minting': {
    ledger_canister_id: ledger,
    cycles_ledger_canister_id: cycles,
    minting_account_id: mintingAccount,
    xdr_permyriad_per_icp: XDR_PERMYRIAD_PER_ICP,
  },
}

/** The canisters, installed, and with nothing left to do. */
export function installSystemCanisters(modules: Record<SystemCanisterName, SystemModule>, runtime: WasmRuntime): CanisterState[] {
  const state = newState({subnetId: ROOT_ID, timeNs: INSTALLED_AT_NS, nextCanisterNumber: 0n})
  const surroundings = {registry: emptyRegistry(), rootKeyDer: new Uint8Array(133), runtime}
  for (const name of Object.keys(ARGUMENTS) as SystemCanisterName[]) {
    const canister = newSystemCanister(name, INSTALLED_AT_NS)
    const result = installCode(canister, installArguments(name, modules[name]), environmentOf(state, surroundings))
    invariant(result.kind === 'installed', `${name} installs: ${result.kind === 'rejected' ? result.message : ''}`)
    state.canisters.set(canister.id, canister)
    recountMemory(state, [canister.id])
  }
  const rooms = createExecutionRooms({seed: new Uint8Array(32)})
  for (let batch = 0; batch < MAX_BATCHES; batch++)
    processBatch(state, nextBatch(state), {...surroundings, rooms, previousRootHash: undefined, trace: () => {}})
  return [...state.canisters.values()]
}

export function installArguments(name: SystemCanisterName, {wasm, candid}: SystemModule) {
  const {service, types} = parseDid(candid)
  return {mode: {kind: 'install'}, wasm, arg: encodeArgs(service?.initArgs ?? [], [ARGUMENTS[name]], types), sender: ROOT_ID} as const
}

function emptyRegistry(): Registry {
  const range = {first: canisterIdFromNumber(0n), last: canisterIdFromNumber(0xffff_ffff_ffff_ffffn)}
  const subnet = {
    subnetId: ROOT_ID,
    type: 'application',
    publicKeyDer: new Uint8Array(133),
    nodes: [],
    canisterRanges: [range],
    allocationRange: range,
    feeNodeCount: 13,
    hasFreeInstallRate: true,
    initialNotaryDelayNs: 0n,
    unitDelayNs: SECOND_NS,
    dkgIntervalLength: 499,
  } as const
  return {version: 1, rootSubnetId: ROOT_ID, subnets: new Map([[ROOT_ID, subnet]])}
}

function nextBatch({height, timeNs}: ReplicatedState) {
  return {
    height: height + 1,
    timeNs: timeNs + SECOND_NS,
    randomness: new Uint8Array(32).fill(height),
    ingress: [],
    consensusResponses: [],
    registryVersion: 1,
    blockMaker: {nodeId: ROOT_ID as Principal as NodeId, failed: []},
    isSummary: false,
  }
}
