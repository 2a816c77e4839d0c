import assert from 'node:assert/strict'
import {abandonQuery, executeTransform, noResponse, resumeQuery, startQuery} from '../../../../src/replica/canister/execute-query.js'
import {
  append,
  appendNumber,
  appendRead,
  getRegister,
  ic0,
  makeCall,
  op,
  type Piece,
  print,
  program,
  push,
  reject,
  reply,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {
  anEnvironment,
  answerNumber,
  aRuntime,
  aUniversalCanister,
  outcomeNumber,
  outcomeText,
  query,
  update,
} from '../../../spec/universal/universal-subnet.js'
import {aCanister, idOf, USER} from '../makers.js'

const ID = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'
const LIMIT = 5_000_000_000n
const drop = op('drop')
const REPLY = {kind: 'reply', data: Buffer.from('data')} as const

describe('startQuery', () => {
  it('sees the state and changes nothing', () => {
    const canister = aUniversalCanister({init: [push(5), setRegister(0), push(5), op('setGlobal')]})
    const {cycles, version} = canister
    const read: Piece[] = [getRegister(0), op('getGlobal'), op('add'), appendNumber, ic0('msg_reply')]
    assert.equal(outcomeNumber(query(canister, [push(7), setRegister(0), push(7), op('setGlobal'), ...read])), 14n)
    assert.equal(outcomeNumber(query(canister, read)), 10n)
    assert.equal(answerNumber(update(canister, read)), 10n)
    assert.equal(query(canister, [print('unseen'), push(20), op('growMemory'), reply()]).kind, 'reply')
    assert.equal(outcomeNumber(query(canister, read)), 10n)
    assert.deepEqual(canister.logs.records, [])
    assert.equal(canister.version, version + 1n)
    assert.ok(canister.cycles < cycles)
  })

  const refusals = [
    {
      what: 'an unknown method',
      run: () => query(aUniversalCanister(), [], anEnvironment(), 'other'),
      text: `IC0536: Error from Canister ${ID}: Canister has no query method 'other'.`,
    },
    {
      what: 'an update method',
      run: () => query(aUniversalCanister(), [], anEnvironment(), 'update'),
      text: `IC0536: Error from Canister ${ID}: Canister has no query method 'update'.`,
    },
    {what: 'a stopped canister', run: () => query(aCanister({status: 'stopped'}), []), text: `IC0508: Canister ${ID} is not running`},
    {what: 'a stopping canister', run: () => query(aCanister({status: 'stopping'}), []), text: `IC0509: Canister ${ID} is not running`},
    {
      what: 'an empty canister',
      run: () => query(aCanister(), []),
      text: `IC0537: Error from Canister ${ID}: Attempted to execute a message, but the canister contains no Wasm module.`,
    },
    {what: 'silence', run: () => query(aUniversalCanister(), []), text: `IC0506: Canister ${ID} did not produce a response`},
    {
      what: 'a trap',
      run: () => query(aUniversalCanister(), [trap('over')]),
      text: `IC0503: Error from Canister ${ID}: Canister called \`ic0.trap\` with message: 'over'.`,
    },
    {what: 'its own reject', run: () => query(aUniversalCanister(), [reject('no')]), text: 'IC0406: no'},
  ]
  for (const {what, run, text} of refusals) it(`tells of ${what}`, () => assert.equal(outcomeText(run()).split('\n')[0], text))

  it('refuses while the canister is frozen', () => {
    const canister = aUniversalCanister()
    canister.cycles = 1n
    assert.match(outcomeText(query(canister, [reply()])), /^IC0207: Canister .* is unable to process query calls because it's frozen\./)
  })

  it('gives the data certificate to the canister that is queried', () => {
    const env = anEnvironment({getDataCertificate: (id) => Buffer.from(`certificate of ${id}`)})
    const canister = aUniversalCanister()
    assert.equal(outcomeText(query(canister, [appendRead('data_certificate'), ic0('msg_reply')], env)), `certificate of ${canister.id}`)
    const step = startQuery(
      canister,
      {caller: USER, method: 'query', payload: program(ic0('data_certificate_present'), appendNumber, ic0('msg_reply'))},
      env,
      {
        instructionLimit: LIMIT,
        isEntry: false,
      },
    )
    assert.equal(step.kind === 'answered' && outcomeNumber(step.outcome), 0n)
  })

  it('runs a transform as the management canister', () => {
    const canister = aUniversalCanister()
    const payload = program(ic0('msg_caller_size'), appendNumber, ic0('msg_reply'))
    assert.equal(outcomeNumber(executeTransform(canister, 'query', payload, anEnvironment()).outcome), 0n)
    assert.match(
      outcomeText(executeTransform(canister, 'composite', payload, anEnvironment()).outcome),
      /^IC0527: .*Composite query cannot be used as transform in canister http outcalls\./,
    )
  })
})

describe('composite queries', () => {
  const env = anEnvironment({runtime: aRuntime()})
  function start(pieces: readonly Piece[], canister = aUniversalCanister({env})) {
    const step = startQuery(canister, {caller: USER, method: 'composite', payload: program(...pieces)}, env, {
      instructionLimit: LIMIT,
      isEntry: true,
    })
    assert.equal(step.kind, 'waiting', step.kind === 'answered' ? outcomeText(step.outcome) : '')
    return step.kind === 'waiting' ? step.frame : assert.fail()
  }
  const resume = (frame: ReturnType<typeof start>, response: Parameters<typeof resumeQuery>[2] = REPLY) => {
    const [call, ...pending] = frame.pending
    return resumeQuery({...frame, pending}, call!, response, {env, instructionLimit: LIMIT})
  }

  it('waits for its calls and goes on with the heap it left, which nobody else sees', () => {
    const canister = aUniversalCanister({env, init: [push(1), setRegister(0)]})
    const onReply = [getRegister(0), appendNumber, appendRead('msg_arg_data'), ic0('msg_reply')]
    const frame = start([push(9), setRegister(0), makeCall(idOf(4), {method: 'query', onReply}), drop], canister)
    assert.deepEqual(
      frame.pending.map(({receiver, method}) => [receiver, method]),
      [[idOf(4), 'query']],
    )
    assert.equal(outcomeNumber(query(canister, [getRegister(0), appendNumber, ic0('msg_reply')], env)), 1n)
    const step = resume(frame)
    assert.equal(step.kind === 'answered' && outcomeText(step.outcome), '\u0009\0\0\0\0\0\0\0data')
    abandonQuery(frame, env)
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')], env)), 1n)
  })

  it('keeps the heap through several callbacks, also on a runtime that forgets', () => {
    const onReply = [getRegister(0), push(1), op('add'), setRegister(0)]
    const last = [getRegister(0), appendNumber, ic0('msg_reply')]
    let frame = start([makeCall(idOf(4), {onReply}), drop, makeCall(idOf(4), {onReply}), drop, makeCall(idOf(4), {onReply: last}), drop])
    for (let turn = 0; turn < 2; turn++) {
      env.runtime.forgetAll()
      const step = resume(frame)
      frame = step.kind === 'waiting' ? step.frame : assert.fail()
    }
    const step = resume(frame)
    assert.equal(step.kind === 'answered' && outcomeNumber(step.outcome), 2n)
  })

  it('answers at once when it replies beside its calls', () => {
    const canister = aUniversalCanister({env})
    assert.equal(outcomeText(query(canister, [makeCall(idOf(4)), drop, append('early'), ic0('msg_reply')], env, 'composite')), 'early')
  })

  it('says so when all calls came back and nothing was answered', () => {
    const frame = start([makeCall(idOf(4)), drop])
    const step = resume(frame)
    assert.equal(step.kind === 'answered' && outcomeText(step.outcome), `IC0506: ${noResponse(frame.canister).message}`)
  })

  it('runs the cleanup of a callback that trapped, and rejects with the trap', () => {
    const step = resume(start([makeCall(idOf(4), {onReply: [trap('one')], onCleanup: [trap('two')]}), drop]))
    assert.match(
      step.kind === 'answered' ? outcomeText(step.outcome) : '',
      /^IC0503: .*'one'[\s\S]*call_on_cleanup also failed:[\s\S]*'two'/,
    )
  })

  it('pays nothing for its calls and attaches no cycles', () => {
    const frame = start([makeCall(idOf(4)), drop])
    assert.equal(frame.pending[0]!.requestCycles + frame.pending[0]!.cycles, 0n)
  })
})
