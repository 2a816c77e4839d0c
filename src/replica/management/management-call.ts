/** What a management method is given, and how it answers. */

import {type CanisterId, type Principal, principalToText} from '../../protocol/principal.js'
import type {ErrorCode} from '../../protocol/reject-codes.js'
import type {Answer, ExecutionEnvironment} from '../canister/environment.js'
import type {SubnetRecord} from '../registry/subnet-record.js'
import type {CanisterChangeOrigin, CanisterState} from '../state/canister-state.js'
import type {CallOutcome, Ingress, Request} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'

export interface ManagementCall<Args> {
  readonly state: ReplicatedState
  readonly env: ExecutionEnvironment
  readonly subnet: SubnetRecord
  /** What the master secrets of threshold keys derive from. */
  readonly chainKeySeed: Uint8Array
  readonly message: Ingress | Request
  readonly sender: Principal
  /** Attached by a canister; 0 for ingress. What a method does not accept is refunded. */
  readonly cycles: bigint
  readonly args: Args
}

export interface EndedCall {
  readonly call: Ingress | Request
  readonly outcome: CallOutcome
}

/** The outcome of one management call, with what it did beside its answer. */
export type ManagementStep = {
  /** Of the attached cycles. */
  readonly acceptedCycles?: bigint
  /** Answers of call contexts that this call closed, and the canister whose they were. */
  readonly answers?: readonly Answer[]
  readonly answersFrom?: CanisterId
  /** Other calls to the management canister that this one ended: stop requests. */
  readonly ended?: readonly EndedCall[]
  readonly instructions?: bigint
} & (
  | {readonly kind: 'reply'; readonly value: readonly unknown[]}
  | {readonly kind: 'reject'; readonly errorCode: ErrorCode; readonly message: string}
  /** The answer comes later: from the stop contexts, from consensus, or from a next round of a long installation. */
  | {readonly kind: 'deferred'}
)

export type ManagementMethod<Args> = (call: ManagementCall<Args>) => ManagementStep

/** `value` are the Candid results, one per result type. */
export const reply = (...value: readonly unknown[]): ManagementStep => ({kind: 'reply', value})

export const reject = (errorCode: ErrorCode, message: string): ManagementStep => ({kind: 'reject', errorCode, message})

export const canisterNotFound = (id: string): ManagementStep => reject('IC0301', `Canister ${id} not found.`)

/** Who made a change, as the canister history records it. */
export function changeOrigin(
  call: ManagementCall<{readonly sender_canister_version?: readonly [] | readonly [bigint]}>,
): CanisterChangeOrigin {
  if (call.message.kind === 'ingress') return {kind: 'user', userId: call.sender}
  const version = call.args.sender_canister_version?.[0]
  return {kind: 'canister', canisterId: call.sender, ...(version === undefined ? {} : {canisterVersion: version})}
}

/** Marks a canister as changed by this batch: its part of the state tree is hashed again, its checkpoint record written. */
export function touch(state: ReplicatedState, id: CanisterId): void {
  state.touched.canisters.add(id)
}

export function isController(canister: CanisterState, principal: Principal): boolean {
  return canister.settings.controllers.includes(principal)
}

/** Refusal of somebody who does not control the canister. */
export function onlyControllers(canister: CanisterState, sender: Principal): ManagementStep {
  const controllers = canister.settings.controllers.map(principalToText).join(' ')
  return reject(
    'IC0512',
    `Only the controllers of the canister ${principalToText(canister.id)} can control it.\nCanister's controllers: ${controllers}\nSender's ID: ${principalToText(sender)}`,
  )
}
