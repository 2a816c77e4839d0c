/** A subnet of fake canisters that runs batches, one second apart. */

import type {NodeId} from '../../../../src/protocol/principal.js'
import type {ExecutionEnvironment} from '../../../../src/replica/canister/environment.js'
import type {ExecutionRooms, TraceEvent} from '../../../../src/replica/execution/execution-rooms.js'
import type {Batch} from '../../../../src/replica/messaging/batch.js'
import {processBatch} from '../../../../src/replica/messaging/process-batch.js'
import type {Registry} from '../../../../src/replica/registry/subnet-record.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {Ingress} from '../../../../src/replica/state/messages.js'
import type {ReplicatedState} from '../../../../src/replica/state/replicated-state.js'
import {aState, aSubnet, SUBNET_ID} from '../makers.js'
import {type FakeRooms, fakeRooms} from './fake-rooms.js'

export const SECOND = 1_000_000_000n
const NODE = `${'0d'.repeat(28)}02` as NodeId

export interface Subnet<Rooms extends ExecutionRooms = ExecutionRooms> {
  readonly state: ReplicatedState
  readonly rooms: Rooms
  readonly trace: TraceEvent[]
  /** Executes the next batch. */
  run(batch?: Partial<Batch>): void
}

export function aRunningSubnet<Rooms extends ExecutionRooms = FakeRooms>({
  canisters = [],
  state = aState({canisters}),
  rooms = fakeRooms() as ExecutionRooms as Rooms,
  subnet = aSubnet(),
  runtime = {} as ExecutionEnvironment['runtime'],
  slices,
}: {
  readonly canisters?: readonly CanisterState[]
  readonly state?: ReplicatedState
  readonly rooms?: Rooms
  readonly subnet?: ReturnType<typeof aSubnet>
  readonly runtime?: ExecutionEnvironment['runtime']
  readonly slices?: ExecutionEnvironment['slices']
} = {}): Subnet<Rooms> {
  const registry: Registry = {version: 1, rootSubnetId: SUBNET_ID, subnets: new Map([[SUBNET_ID, subnet]])}
  const trace: TraceEvent[] = []
  return {
    state,
    rooms,
    trace,
    run(batch = {}) {
      const next: Batch = {
        height: state.height + 1,
        timeNs: state.timeNs + SECOND,
        randomness: new Uint8Array(32).fill(state.height),
        ingress: [],
        consensusResponses: [],
        registryVersion: 1,
        blockMaker: {nodeId: NODE, failed: []},
        isSummary: false,
        ...batch,
      }
      const rootKeyDer = new Uint8Array(133)
      processBatch(state, next, {
        registry,
        rooms,
        runtime,
        ...(slices && {slices}),
        rootKeyDer,
        previousRootHash: undefined,
        trace: (event) => trace.push(event),
      })
    },
  }
}

export function statusOf(state: ReplicatedState, {id}: Ingress): string {
  const entry = state.ingressHistory.get(id)
  if (!entry) return 'unknown'
  if (entry.state.kind !== 'terminal') return entry.state.kind
  const {outcome} = entry.state
  return outcome.kind === 'reply' ? 'replied' : `${outcome.code} ${outcome.errorCode} ${outcome.message}`
}
