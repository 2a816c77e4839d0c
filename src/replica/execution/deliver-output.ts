/**
 * Moves messages from output queues to where they go: input queues of the same subnet, the management canister, or the outbound list
 * to other subnets. A request that cannot be delivered comes back as a reject, with its cycles.
 *
 * Source: digest execution-and-cycles section 2, "Queues", for order of checks and texts.
 */

import {invariant} from '../../base/invariant.js'
import {MANAGEMENT_CANISTER_ID, principalToText} from '../../protocol/principal.js'
import {findSubnetOf} from '../registry/ranges.js'
import type {CanisterState} from '../state/canister-state.js'
import type {RejectCode, Request, Response} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {rejectPayload, responseTo} from './answers.js'
import type {RoundContext} from './execution-rooms.js'
import type {MessageMemory} from './message-memory.js'

type Refusal = readonly [code: RejectCode, message: string]

/** Delivers all output of `senders`, which are in id order. Returns the canisters that got input. */
export function deliverOutput(
  state: ReplicatedState,
  senders: readonly CanisterState[],
  context: RoundContext,
  memory: MessageMemory,
): Set<CanisterState> {
  const receivers = new Set<CanisterState>()
  for (const sender of senders) {
    if (!sender.queues.hasOutput()) continue
    const before = sender.queues.guaranteedBytes
    const output = sender.queues.takeOutput()
    memory.add(sender.queues.guaranteedBytes - before)
    state.touched.canisters.add(sender.id)
    for (const message of output) {
      const receiver =
        message.kind === 'request' ? deliverRequest(state, sender, message, context, memory) : deliver(state, message, memory)
      if (receiver) receivers.add(receiver)
    }
  }
  return receivers
}

/** Delivers the answers of the management canister. Returns the canisters that got input. */
export function deliverSubnetOutput(state: ReplicatedState, memory: MessageMemory): Set<CanisterState> {
  const receivers = new Set<CanisterState>()
  for (const response of state.subnetOutput.splice(0)) {
    const receiver = deliver(state, response, memory)
    if (receiver) receivers.add(receiver)
  }
  return receivers
}

function deliverRequest(
  state: ReplicatedState,
  sender: CanisterState,
  request: Request,
  context: RoundContext,
  memory: MessageMemory,
): CanisterState | undefined {
  if (request.receiver === MANAGEMENT_CANISTER_ID || request.receiver === state.subnetId) {
    state.subnetInput.push(request)
    return undefined
  }
  const receiver = state.canisters.get(request.receiver)
  const host = receiver ? state.subnetId : findSubnetOf(context.registry, request.receiver)?.subnetId
  if (host !== undefined && host !== state.subnetId) {
    state.outbound.push({message: request, sinceNs: state.timeNs})
    return undefined
  }
  const refusal = receiver ? refuseRequest(receiver, request, memory) : refuseUnknown(request, host !== undefined)
  if (!refusal) return push(state, receiver!, request, memory)
  return push(state, sender, responseTo(request, rejectPayload(...refusal), request.cycles), memory)
}

/** A response that nobody waits for any more is dropped, with its cycles. */
function deliver(state: ReplicatedState, response: Response, memory: MessageMemory): CanisterState | undefined {
  const receiver = state.canisters.get(response.originator)
  if (!receiver?.callbacks.has(response.callbackId) || receiver.queues.hasResponseFor(response.callbackId)) {
    state.metrics.droppedCycles += response.refund
    return undefined
  }
  return push(state, receiver, response, memory)
}

function refuseUnknown({receiver}: Request, isOurs: boolean): Refusal {
  const id = principalToText(receiver)
  return [3, isOurs ? `Canister ${id} not found` : `No route to canister ${id}`]
}

function refuseRequest(receiver: CanisterState, request: Request, memory: MessageMemory): Refusal | undefined {
  const id = principalToText(receiver.id)
  if (receiver.status.kind !== 'running') return [5, `Canister ${id} is ${receiver.status.kind}`]
  const minimum = receiver.settings.minimumIncomingCallCycles
  if (request.sender !== receiver.id && request.cycles < minimum)
    return [5, `Canister ${id} only takes calls with at least ${minimum} cycles, got ${request.cycles}`]
  if (!receiver.queues.canPushInputRequest(request.sender)) return [2, `Canister ${id} input queue is full`]
  const shortage = memory.findShortage(request)
  return shortage === undefined ? undefined : [5, `Cannot induct request. Out of memory: requested ${shortage}`]
}

function push(state: ReplicatedState, receiver: CanisterState, message: Request | Response, memory: MessageMemory): CanisterState {
  const before = receiver.queues.guaranteedBytes
  invariant(receiver.queues.pushInput(message), `checked input queue of ${receiver.id} is full`)
  memory.add(receiver.queues.guaranteedBytes - before)
  state.touched.canisters.add(receiver.id)
  return receiver
}
