/** Runs a piece of program in any execution mode, and tells how it failed. */

import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import {executeTransform, resumeQuery, startQuery} from '../../../src/replica/canister/execute-query.js'
import {executeTask} from '../../../src/replica/canister/execute-task.js'
import {inspectMessage} from '../../../src/replica/canister/inspect-message.js'
import type {ResponsePayload} from '../../../src/replica/state/messages.js'
import type {ExecutionMode} from '../../../src/replica/system-api/modes.js'
import {anIngress, USER} from '../../unit/replica/makers.js'
import {makeCall, op, type Piece, program, reject, reply, setHook, trap} from './program.js'
import {universalCanister} from './universal-canister.js'
import {anEnvironment, answerText, aUniversalCanister, install, outcomeText, query, settle, update} from './universal-subnet.js'

const LIMIT = {instructionLimit: 5_000_000_000n, isEntry: true}

/** The error text, or the empty text. Answers of the program itself are shown as they are. */
export function runInMode(mode: ExecutionMode, pieces: readonly Piece[]): string {
  return RUNNERS[mode](pieces)
}

const RUNNERS: Record<ExecutionMode, (pieces: readonly Piece[]) => string> = {
  s: (pieces) => installError(universalCanister({startProgram: program(...pieces)}), new Uint8Array(0)),
  I: (pieces) => installError(undefined, program(...pieces)),
  G(pieces) {
    const canister = aUniversalCanister({init: [setHook('canister_pre_upgrade', ...pieces)]})
    const result = install(canister, {mode: {kind: 'upgrade'}})
    return result.kind === 'rejected' ? result.message : ''
  },
  U: (pieces) => answerText(update(aUniversalCanister(), pieces)),
  RQ(pieces) {
    const canister = aUniversalCanister()
    return answerText(executeMessage(canister, anIngress({method: 'query', payload: program(...pieces)}), anEnvironment()))
  },
  NRQ: (pieces) => outcomeText(query(aUniversalCanister(), pieces)),
  TQ: (pieces) => outcomeText(executeTransform(aUniversalCanister(), 'query', program(...pieces), anEnvironment()).outcome),
  CQ: (pieces) => outcomeText(query(aUniversalCanister(), pieces, anEnvironment(), 'composite')),
  Ry: (pieces) => callSelf({callee: [reply()], onReply: pieces}),
  Rt: (pieces) => callSelf({callee: [reject('no')], onReject: pieces}),
  C: (pieces) => callSelf({callee: [reply()], onReply: [trap('callback')], onCleanup: pieces}),
  CRy: (pieces) => resumeComposite({onReply: pieces}, {kind: 'reply', data: new Uint8Array(0)}),
  CRt: (pieces) => resumeComposite({onReject: pieces}, {kind: 'reject', code: 4, message: 'no'}),
  CC: (pieces) => resumeComposite({onReply: [trap('callback')], onCleanup: pieces}, {kind: 'reply', data: new Uint8Array(0)}),
  T(pieces) {
    const canister = aUniversalCanister({init: [setHook('canister_global_timer', ...pieces)]})
    return executeTask(canister, 'globalTimer', anEnvironment()).error?.message ?? ''
  },
  F(pieces) {
    const canister = aUniversalCanister({init: [setHook('canister_inspect_message', ...pieces)]})
    const result = inspectMessage(canister, anIngress(), anEnvironment())
    return result.kind === 'rejected' ? result.message : ''
  },
}

function installError(wasm: Uint8Array | undefined, arg: Uint8Array): string {
  const canister = aUniversalCanister()
  const result = install(canister, {mode: {kind: 'reinstall'}, arg, ...(wasm && {wasm})})
  return result.kind === 'rejected' ? result.message : ''
}

interface SelfCall {
  readonly callee: readonly Piece[]
  readonly onReply?: readonly Piece[]
  readonly onReject?: readonly Piece[]
  readonly onCleanup?: readonly Piece[]
}

function callSelf({callee, ...callbacks}: SelfCall): string {
  const canister = aUniversalCanister()
  update(canister, [makeCall(canister.id, {payload: program(...callee), ...callbacks}), op('drop')])
  return answerText({answers: settle([canister])})
}

function resumeComposite(callbacks: Omit<SelfCall, 'callee'>, response: ResponsePayload): string {
  const env = anEnvironment()
  const canister = aUniversalCanister()
  const payload = program(makeCall(canister.id, {method: 'query', ...callbacks}), op('drop'))
  const step = startQuery(canister, {caller: USER, method: 'composite', payload}, env, LIMIT)
  if (step.kind === 'answered') return outcomeText(step.outcome)
  const [call, ...pending] = step.frame.pending
  const resumed = resumeQuery({...step.frame, pending}, call!, response, {env, instructionLimit: LIMIT.instructionLimit})
  return resumed.kind === 'answered' ? outcomeText(resumed.outcome) : ''
}
