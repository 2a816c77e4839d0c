import assert from 'node:assert/strict'
import {executeResponse} from '../../../../src/replica/canister/execute-response.js'
import {uninstallCode} from '../../../../src/replica/canister/uninstall-code.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {Response, ResponsePayload} from '../../../../src/replica/state/messages.js'
import {
  append,
  appendNumber,
  appendRead,
  getRegister,
  ic0,
  invoke,
  makeCall,
  op,
  type Piece,
  print,
  program,
  push,
  reply,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {
  anEnvironment,
  answerNumber,
  answerText,
  aUniversalCanister,
  outcomeText,
  settle,
  update,
} from '../../../spec/universal/universal-subnet.js'
import {idOf} from '../makers.js'

const drop = op('drop')
const REPLY: ResponsePayload = {kind: 'reply', data: Buffer.from('data')}

function responseTo(canister: CanisterState, payload: ResponsePayload, refund = 0n): Response {
  const request = canister.queues.takeOutput().find((message) => message.kind === 'request')!
  assert.equal(request.kind, 'request')
  const {sender: originator, receiver: respondent, callbackId, deadlineSeconds} = request
  const response: Response = {kind: 'response', originator, respondent, callbackId, refund, payload, deadlineSeconds}
  assert.ok(canister.queues.pushInput(response))
  canister.queues.popInput()
  return response
}

/** One call to another canister and its response. */
function callAndRespond(options: Parameters<typeof makeCall>[1], payload: ResponsePayload = REPLY, refund = 0n) {
  const canister = aUniversalCanister()
  const first = update(canister, [makeCall(idOf(9), options), drop])
  assert.deepEqual(first.answers, [])
  const before = canister.cycles
  const result = executeResponse(canister, responseTo(canister, payload, refund), anEnvironment())
  return {canister, before, result}
}

describe('executeResponse', () => {
  it('runs the reply callback with the data, on the heap that the call left', () => {
    const canister = aUniversalCanister()
    const onReply = [appendRead('msg_arg_data'), getRegister(3), appendNumber, ic0('msg_reply')]
    update(canister, [push(5), setRegister(3), makeCall(idOf(9), {onReply}), drop])
    const result = executeResponse(canister, responseTo(canister, REPLY), anEnvironment())
    assert.equal(answerText(result), 'data\u0005\0\0\0\0\0\0\0')
    assert.equal(canister.callContexts.size + canister.callbacks.size, 0)
  })

  it('runs the reject callback with code and text', () => {
    const onReject = [ic0('msg_reject_code'), appendNumber, appendRead('msg_reject_msg'), ic0('msg_reply')]
    const {result} = callAndRespond({onReject}, {kind: 'reject', code: 4, message: 'no'})
    assert.equal(answerText(result), '\u0004\0\0\0\0\0\0\0no')
  })

  it('refunds before the callback runs, and what the response did not need after it', () => {
    const onReply = [invoke('msg_cycles_refunded'), appendNumber, ic0('msg_reply')]
    const {canister, before, result} = callAndRespond({onReply, cycles: 1_000n}, REPLY, 400n)
    assert.equal(answerNumber(result), 400n)
    const transmission = 1_000n * (2_097_152n - 4n)
    assert.equal(canister.cycles, before + 400n + transmission + 40_000_000_000n - result.instructions)
  })

  it('keeps the refund when the callback traps, and what earlier executions did', () => {
    const canister = aUniversalCanister()
    update(canister, [
      push(7),
      setRegister(1),
      makeCall(idOf(9), {onReply: [push(8), setRegister(1), trap('callback')], cycles: 1_000n}),
      drop,
    ])
    const before = canister.cycles
    const result = executeResponse(canister, responseTo(canister, REPLY, 1_000n), anEnvironment())
    assert.match(answerText(result), /^IC0503: .*'callback'/)
    assert.equal(answerNumber(update(canister, [getRegister(1), appendNumber, ic0('msg_reply')])), 7n)
    assert.ok(canister.cycles > before + 1_000n)
  })

  it('runs the cleanup when the callback traps, and keeps its effects', () => {
    const onCleanup = [push(9), setRegister(1), print('clean')]
    const {canister, result} = callAndRespond({onReply: [print('callback'), trap('over')], onCleanup})
    assert.match(answerText(result), /^IC0503: .*'over'/)
    assert.deepEqual(
      canister.logs.records.map(({content}) => Buffer.from(content).toString()),
      ['callback', '[TRAP]: over', 'clean'],
    )
    assert.equal(answerNumber(update(canister, [getRegister(1), appendNumber, ic0('msg_reply')])), 9n)
  })

  it('names both errors when the cleanup traps too', () => {
    const {result} = callAndRespond({onReply: [trap('one')], onCleanup: [trap('two')]})
    assert.match(answerText(result), /^IC0503: .*'one'[\s\S]*\n\ncall_on_cleanup also failed:\n\nError from Canister .*'two'/)
  })

  it('leaves five percent of the limit to the cleanup', () => {
    const {canister, result} = callAndRespond({onReply: [trap('at once')], onCleanup: [print('ran')]})
    assert.equal(canister.logs.records.length, 2)
    assert.ok(result.instructions < 1_000_000n)
  })

  const missing: readonly {readonly index: number; readonly text: RegExp}[] = [
    {index: 77, text: /^IC0513: .*Canister requested to invoke a non-existent Wasm function 77 from table 0/},
    {index: 1, text: /^IC0513: .*non-existent Wasm function 1 from table 0/},
    {index: 2, text: /^IC0513: .*non-existent Wasm function 2 from table 0/},
  ]
  for (const {index, text} of missing)
    it(`fails cleanly when the callback is element ${index}`, () => {
      const canister = aUniversalCanister()
      update(canister, [invoke('call_new', 0, 0, 0, 0, index, 0, index, 0), ic0('call_perform'), drop])
      assert.match(answerText(executeResponse(canister, responseTo(canister, REPLY), anEnvironment())), text)
    })

  it('answers when the last callback has come back without an answer', () => {
    const canister = aUniversalCanister()
    update(canister, [makeCall(idOf(9)), drop, makeCall(idOf(9)), drop])
    const [first, second] = canister.queues.takeOutput().map((message): Response => {
      assert.equal(message.kind, 'request')
      const respond = {
        kind: 'response',
        originator: canister.id,
        respondent: idOf(9),
        refund: 0n,
        payload: REPLY,
        deadlineSeconds: 0,
      } as const
      return {...respond, callbackId: message.callbackId}
    })
    assert.deepEqual(executeResponse(canister, first!, anEnvironment()).answers, [])
    assert.match(answerText(executeResponse(canister, second!, anEnvironment())), /^IC0506: Canister .* did not reply to the call$/)
  })

  it('sends nothing for a trap while other callbacks are outstanding', () => {
    const canister = aUniversalCanister()
    update(canister, [makeCall(idOf(9), {onReply: [trap('first')]}), drop, makeCall(idOf(9), {onReply: [reply('second')]}), drop])
    const callbacks = [...canister.callbacks.keys()]
    const respond = (callbackId: number) =>
      executeResponse(
        canister,
        {kind: 'response', originator: canister.id, respondent: idOf(9), callbackId, refund: 0n, payload: REPLY, deadlineSeconds: 0},
        anEnvironment(),
      )
    assert.deepEqual(respond(callbacks[0]!).answers, [])
    assert.equal(answerText(respond(callbacks[1]!)), 'second')
  })

  it('ignores a response that nobody waits for', () => {
    const canister = aUniversalCanister()
    const before = canister.cycles
    const late: Response = {
      kind: 'response',
      originator: canister.id,
      respondent: idOf(9),
      callbackId: 99,
      refund: 5n,
      payload: REPLY,
      deadlineSeconds: 1,
    }
    assert.deepEqual(executeResponse(canister, late, anEnvironment()), {instructions: 0n, answers: []})
    assert.equal(canister.cycles, before)
  })

  it('brings only the refund after the code was uninstalled', () => {
    const canister = aUniversalCanister()
    update(canister, [makeCall(idOf(9), {onReply: [reply('late')], cycles: 1_000n}), drop])
    const answers = uninstallCode(canister)
    assert.equal(outcomeText(answers[0]!.outcome), 'IC0406: Canister has been uninstalled.')
    assert.equal(canister.callContexts.size, 1)
    const before = canister.cycles
    const result = executeResponse(canister, responseTo(canister, REPLY, 1_000n), anEnvironment())
    assert.deepEqual(result, {instructions: 0n, answers: []})
    assert.equal(canister.callContexts.size, 0)
    assert.equal(canister.cycles, before + 1_000n + 1_000n * (2_097_152n - 4n) + 40_000_000_000n)
  })

  it('adds up the instructions of a call context for performance counter 1', () => {
    const counters: Piece[] = [invoke('performance_counter', 1), appendNumber, ic0('msg_reply')]
    const canister = aUniversalCanister()
    const first = update(canister, [push(10_000), op('burn'), makeCall(idOf(9), {onReply: counters}), drop])
    const seen = answerNumber(executeResponse(canister, responseTo(canister, REPLY), anEnvironment()))
    assert.ok(seen > first.instructions && seen < first.instructions + 5_000n)
  })
})

describe('calls between canisters', () => {
  it('carry arguments, replies and cycles there and back', () => {
    const [caller, callee] = [aUniversalCanister({number: 0}), aUniversalCanister({number: 1})]
    const total = caller.cycles + callee.cycles
    const onReply = [appendRead('msg_arg_data'), invoke('msg_cycles_refunded'), appendNumber, ic0('msg_reply')]
    const payload = program(invoke('msg_cycles_accept', 600), drop, append('from callee'), ic0('msg_reply'))
    const first = update(caller, [makeCall(callee.id, {payload, onReply, cycles: 1_000n}), drop])
    const calleeBefore = callee.cycles
    const answers = settle([caller, callee])
    const {outcome} = answers[0]!
    assert.equal(outcome.kind === 'reply' ? Buffer.from(outcome.data).subarray(0, 11).toString() : outcomeText(outcome), 'from callee')
    assert.equal(outcome.kind === 'reply' ? Buffer.from(outcome.data).readBigUInt64LE(11) : 0n, 400n)
    const spentByCallee = calleeBefore + 600n - callee.cycles
    assert.ok(spentByCallee > 5_000_000n)
    assert.ok(total - caller.cycles - callee.cycles > first.instructions)
    for (const canister of [caller, callee]) assert.equal(canister.callContexts.size + canister.callbacks.size, 0)
  })

  it('deliver a deadline to the callee, which does not pass it on', () => {
    const [caller, callee] = [aUniversalCanister({number: 0}), aUniversalCanister({number: 1})]
    const onReply = [appendRead('msg_arg_data'), ic0('msg_reply')]
    const payload = program(ic0('msg_deadline'), appendNumber, ic0('msg_reply'))
    update(caller, [makeCall(callee.id, {payload, onReply, timeoutSeconds: 10}), drop])
    const deadline = answerNumber({answers: settle([caller, callee])})
    assert.equal(deadline, (anEnvironment().timeNs / 1_000_000_000n + 10n) * 1_000_000_000n)
  })
})
