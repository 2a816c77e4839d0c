import assert from 'node:assert/strict'
import {executeTask} from '../../../../src/replica/canister/execute-task.js'
import {inspectMessage} from '../../../../src/replica/canister/inspect-message.js'
import {
  appendNumber,
  appendRead,
  getRegister,
  ic0,
  invoke,
  makeCall,
  op,
  print,
  program,
  push,
  reply,
  setHook,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {anEnvironment, answerNumber, aUniversalCanister, settle, update} from '../../../spec/universal/universal-subnet.js'
import {aCanister, anIngress} from '../makers.js'

const env = anEnvironment()

describe('executeTask', () => {
  it('runs the timer once: it is off when the task starts, and may set itself again', () => {
    const canister = aUniversalCanister({init: [setHook('canister_global_timer', push(1), ic0('global_timer_set'), setRegister(0))]})
    canister.globalTimerNs = 5n
    const before = canister.cycles
    const result = executeTask(canister, 'globalTimer', env)
    assert.equal(result.error, undefined)
    assert.equal(canister.globalTimerNs, 1n)
    assert.equal(before - canister.cycles, 5_000_000n + result.instructions)
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 0n)
  })

  it('leaves the timer off when the task traps, and logs why', () => {
    const canister = aUniversalCanister({
      init: [setHook('canister_global_timer', push(1), ic0('global_timer_set'), op('drop'), trap('tick'))],
    })
    canister.globalTimerNs = 5n
    assert.match(executeTask(canister, 'globalTimer', env).error!.message, /'tick'/)
    assert.equal(canister.globalTimerNs, 0n)
    assert.equal(Buffer.from(canister.logs.records[0]!.content).toString(), '[TRAP]: tick')
    assert.equal(canister.callContexts.size, 0)
  })

  it('may call; its callbacks cannot answer anybody', () => {
    const canister = aUniversalCanister()
    update(canister, [
      setHook(
        'canister_on_low_wasm_memory',
        makeCall(canister.id, {payload: program(reply()), onReply: [print('back'), reply('whom?')]}),
        op('drop'),
      ),
      reply(),
    ])
    executeTask(canister, 'lowWasmMemory', env)
    assert.deepEqual(settle([canister]), [])
    assert.deepEqual(
      canister.logs.records.map(({content}) => Buffer.from(content).toString()),
      ['back'],
    )
    assert.equal(canister.callContexts.size, 0)
  })

  it('runs the low-memory hook once, until the condition clears', () => {
    const canister = aUniversalCanister({settings: {wasmMemoryLimitBytes: 600_000n, wasmMemoryThresholdBytes: 100_000n}})
    assert.equal(canister.lowWasmMemoryHook, 'ready')
    executeTask(canister, 'lowWasmMemory', env)
    assert.equal(canister.lowWasmMemoryHook, 'executed')
    canister.settings = {...canister.settings, wasmMemoryLimitBytes: 10_000_000n}
    update(canister, [reply()])
    assert.equal(canister.lowWasmMemoryHook, 'condition_not_satisfied')
  })

  it('counts the other memory of a canister with an allocation', () => {
    const canister = aUniversalCanister({settings: {memoryAllocationBytes: 1_000_000n, wasmMemoryThresholdBytes: 300_000n}})
    assert.equal(canister.lowWasmMemoryHook, 'condition_not_satisfied')
    update(canister, [invoke('stable64_grow', 3), op('drop'), reply()])
    assert.equal(canister.lowWasmMemoryHook, 'ready')
  })

  it('does not run without cycles', () => {
    const canister = aUniversalCanister({module: {hooks: ['canister_heartbeat']}})
    canister.cycles = 40_000_000_000n
    const {error, instructions} = executeTask(canister, 'heartbeat', env)
    assert.deepEqual([error!.errorCode, instructions, canister.cycles], ['IC0207', 0n, 40_000_000_000n])
  })
})

describe('inspectMessage', () => {
  const inspector = (...pieces: Parameters<typeof setHook>[1][]) =>
    aUniversalCanister({init: [setHook('canister_inspect_message', ...pieces)]})

  it('accepts when the canister does', () =>
    assert.deepEqual(inspectMessage(inspector(ic0('accept_message')), anIngress(), env), {kind: 'accepted'}))

  it('accepts for a canister that does not inspect', () =>
    assert.deepEqual(inspectMessage(aUniversalCanister({module: {hooks: []}}), anIngress(), env), {kind: 'accepted'}))

  it('rejects when the canister keeps silent', () =>
    assert.deepEqual(inspectMessage(inspector(print('')), anIngress(), env), {
      kind: 'rejected',
      errorCode: 'IC0406',
      message: 'Canister rejected the message',
    }))

  it('shows method and argument, and forgets what the inspection did', () => {
    const canister = inspector(push(7), setRegister(0), ...[appendRead('msg_method_name').slice(0, -1)], ic0('trap'))
    const result = inspectMessage(canister, anIngress({method: 'wanted'}), env)
    assert.match(result.kind === 'rejected' ? result.message : '', /message: 'wanted'/)
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 0n)
  })

  it('rejects for an empty canister', () => {
    const result = inspectMessage(aCanister(), anIngress(), env)
    assert.equal(result.kind === 'rejected' && result.errorCode, 'IC0537')
  })
})
