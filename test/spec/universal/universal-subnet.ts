/** A subnet in miniature for tests: canisters that run the universal canister, and the moves that the execution room would make between them. */

import assert from 'node:assert/strict'
import {gunzipSync} from 'node:zlib'
import type {CanisterId} from '../../../src/protocol/principal.js'
import type {Answer, ExecutionEnvironment, ExecutionResult, QueryCall} from '../../../src/replica/canister/environment.js'
import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import {abandonQuery, noResponse, startQuery} from '../../../src/replica/canister/execute-query.js'
import {executeResponse} from '../../../src/replica/canister/execute-response.js'
import {type InstallCodeArgs, type InstallCodeResult, installCode} from '../../../src/replica/canister/install-code.js'
import {WasmRuntime, type WasmRuntimeOptions} from '../../../src/replica/canister/wasm-runtime.js'
import {feesFor} from '../../../src/replica/cycles/fees.js'
import type {CanisterState} from '../../../src/replica/state/canister-state.js'
import type {CallOutcome, Response} from '../../../src/replica/state/messages.js'
import {aCanister, anIngress, type CanisterOptions, START_NS, SUBNET_ID, USER} from '../../unit/replica/makers.js'
import {type Piece, program} from './program.js'
import {type UniversalOptions, universalCanister} from './universal-canister.js'

export function aRuntime(options: Partial<WasmRuntimeOptions> = {}): WasmRuntime {
  return new WasmRuntime({gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength}), ...options})
}

const sharedRuntime = aRuntime()

export function anEnvironment(fields: Partial<ExecutionEnvironment> = {}): ExecutionEnvironment {
  return {
    timeNs: START_NS,
    height: 1,
    subnetId: SUBNET_ID,
    rootKeyDer: new Uint8Array(133).fill(7),
    isSystemSubnet: false,
    fees: feesFor({type: 'application', feeNodeCount: 13}),
    runtime: sharedRuntime,
    ...fields,
  }
}

export interface TestCanister extends CanisterOptions {
  readonly module?: UniversalOptions
  readonly init?: readonly Piece[]
  readonly env?: ExecutionEnvironment
}

const modules = new Map<string, Uint8Array>()

function moduleFor(options: UniversalOptions): Uint8Array {
  const key = JSON.stringify(options, (_, value) => (value instanceof Uint8Array ? [...value] : value))
  const wasm = modules.get(key) ?? universalCanister(options)
  modules.set(key, wasm)
  return wasm
}

/** A canister with the universal module installed; `init` runs at installation. */
export function aUniversalCanister({module = {}, init = [], env = anEnvironment(), ...options}: TestCanister = {}): CanisterState {
  const canister = aCanister(options)
  const result = install(canister, {mode: {kind: 'install'}, wasm: moduleFor(module), arg: program(...init)}, env)
  assert.equal(result.kind, 'installed', result.kind === 'rejected' ? result.message : '')
  canister.installCodeDebt = 0n
  return canister
}

export function install(
  canister: CanisterState,
  args: Pick<InstallCodeArgs, 'mode'> & Partial<InstallCodeArgs>,
  env = anEnvironment(),
): InstallCodeResult {
  return installCode(canister, {wasm: moduleFor({}), arg: new Uint8Array(0), sender: USER, ...args}, env)
}

/** Runs a program as an update and gives the whole result. */
export function update(canister: CanisterState, pieces: readonly Piece[], env = anEnvironment()): ExecutionResult {
  return executeMessage(canister, anIngress({receiver: canister.id, payload: program(...pieces)}), env)
}

/** Evaluates a query of one canister: calls that a composite query makes get no response. */
export function executeQuery(canister: CanisterState, call: QueryCall, env = anEnvironment()): CallOutcome {
  const step = startQuery(canister, call, env, {instructionLimit: 5_000_000_000n, isEntry: true})
  if (step.kind === 'answered') return step.outcome
  abandonQuery(step.frame, env)
  return {kind: 'reject', code: 5, ...noResponse(canister)}
}

/** Runs a program as a query. */
export function query(canister: CanisterState, pieces: readonly Piece[], env = anEnvironment(), method = 'query'): CallOutcome {
  return executeQuery(canister, {caller: USER, method, payload: program(...pieces)}, env)
}

/** The only answer, as text: the reply's bytes, or code and message of the reject. */
export function answerText(result: {readonly answers: readonly Answer[]}): string {
  assert.equal(result.answers.length, 1, 'one answer expected')
  return outcomeText(result.answers[0]!.outcome)
}

export function outcomeText(outcome: CallOutcome): string {
  return outcome.kind === 'reply' ? Buffer.from(outcome.data).toString() : `${outcome.errorCode}: ${outcome.message}`
}

/** Reply bytes as an unsigned number, little endian. */
export function outcomeNumber(outcome: CallOutcome): bigint {
  assert.equal(outcome.kind, 'reply', outcomeText(outcome))
  let value = 0n
  if (outcome.kind === 'reply') for (const byte of [...outcome.data].reverse()) value = (value << 8n) | BigInt(byte)
  return value
}

export function answerNumber(result: {readonly answers: readonly Answer[]}): bigint {
  assert.equal(result.answers.length, 1, 'one answer expected')
  return outcomeNumber(result.answers[0]!.outcome)
}

/** Executes everything that these canisters send each other, in order, until nothing moves; returns the answers to users. */
export function settle(canisters: readonly CanisterState[], env = anEnvironment()): Answer[] {
  const byId = new Map<CanisterId, CanisterState>(canisters.map((canister) => [canister.id, canister]))
  const toUsers: Answer[] = []
  for (let turn = 0; turn < 1_000; turn++) {
    for (const canister of canisters)
      for (const message of canister.queues.takeOutput()) {
        const receiver = byId.get(message.kind === 'request' ? message.receiver : message.originator)
        assert.ok(receiver, 'messages stay among the given canisters')
        assert.ok(receiver.queues.pushInput(message))
      }
    const next = canisters.find((canister) => canister.queues.hasInput())
    if (!next) return toUsers
    const message = next.queues.popInput()!
    const result = message.kind === 'response' ? executeResponse(next, message, env) : executeMessage(next, message, env)
    toUsers.push(...deliver(next, result.answers))
  }
  throw new Error('the canisters never come to rest')
}

/** Queues the answers to canisters; returns the others. */
export function deliver(canister: CanisterState, answers: readonly Answer[]): Answer[] {
  return answers.filter(({origin, outcome, refund}) => {
    if (origin.kind !== 'canister') return true
    const payload: Response['payload'] = outcome.kind === 'reply' ? outcome : {kind: 'reject', code: outcome.code, message: outcome.message}
    const {sender: originator, callbackId, deadlineSeconds} = origin
    canister.queues.pushOutputResponse({
      kind: 'response',
      originator,
      respondent: canister.id,
      callbackId,
      refund,
      payload,
      deadlineSeconds,
    })
    return false
  })
}
