import assert from 'node:assert/strict'
import {executeMessage} from '../../../../src/replica/canister/execute-message.js'
import {feesFor} from '../../../../src/replica/cycles/fees.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {hostFunctionTable} from '../../../../src/replica/system-api/host-functions.js'
import {TYPE} from '../../../../src/wasm/constants.js'
import {encodeModule} from '../../../../src/wasm/encode.js'
import {code, i32Const, call as wasmCall} from '../../../../src/wasm/instructions.js'
import {WasmWriter} from '../../../../src/wasm/writer.js'
import {
  append,
  appendNumber,
  blob,
  getRegister,
  ic0,
  invoke,
  op,
  type Piece,
  print,
  program,
  push,
  reject,
  reply,
  setHook,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {
  anEnvironment,
  answerNumber,
  answerText,
  aUniversalCanister,
  install,
  outcomeText,
  query,
  type TestCanister,
  update,
} from '../../../spec/universal/universal-subnet.js'
import {aCanister, anIngress, aRequest, USER} from '../makers.js'

const ID = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'
const write = (value: number): Piece[] => [push(value), setRegister(0), push(value), op('setGlobal')]
const read: Piece[] = [getRegister(0), op('getGlobal'), op('add'), appendNumber, ic0('msg_reply')]

function call(canister: CanisterState, pieces: readonly Piece[], fields: Parameters<typeof aRequest>[0] = {}) {
  return executeMessage(canister, aRequest({payload: program(...pieces), ...fields}), anEnvironment())
}

describe('executeMessage', () => {
  it('answers an update with its reply', () => assert.equal(answerText(update(aUniversalCanister(), [reply('hello')])), 'hello'))

  it("answers with the canister's own reject", () => {
    const {outcome} = update(aUniversalCanister(), [reject('no')]).answers[0]!
    assert.deepEqual(outcome, {kind: 'reject', code: 4, message: 'no', errorCode: 'IC0406'})
  })

  const failures: readonly {readonly what: string; readonly pieces: Piece[]}[] = [
    {what: 'ic0.trap', pieces: [trap('never mind')]},
    {what: 'a Wasm trap', pieces: [op('unreachable')]},
    {what: 'a broken contract', pieces: [reply(), reply()]},
    {what: 'running out of instructions', pieces: [push(-1), op('burn')]},
  ]
  for (const {what, pieces} of failures.slice(0, 3))
    it(`forgets heap, globals, stable memory, timer and certified data after ${what}`, () => {
      const canister = aUniversalCanister()
      update(canister, [...write(20), invoke('stable64_grow', 1), op('drop'), invoke('stable64_write', 0, 0, 8), reply()])
      const before = {
        version: canister.version,
        timer: canister.globalTimerNs,
        certified: canister.certifiedData,
        size: canister.code!.stable.sizeBytes,
      }
      const stable = canister.code!.stable.read(0, 65_536)
      const effects = [
        ...write(33),
        blob('certified'),
        ic0('certified_data_set'),
        invoke('global_timer_set', 77),
        op('drop'),
        invoke('stable64_grow', 3),
        op('drop'),
        invoke('stable64_write', 100, 0, 5_000),
        push(20),
        op('growMemory'),
        op('drop'),
      ]
      update(canister, [...effects, ...pieces])
      const after = {
        version: canister.version,
        timer: canister.globalTimerNs,
        certified: canister.certifiedData,
        size: canister.code!.stable.sizeBytes,
      }
      assert.deepEqual(after, before)
      assert.deepEqual(canister.code!.stable.read(0, 65_536), stable)
      assert.equal(answerNumber(update(canister, read)), 40n)
    })

  const traps: readonly {readonly pieces: Piece[]; readonly text: string}[] = [
    {pieces: [op('unreachable')], text: 'IC0502: Error from Canister ID: Canister trapped: unreachable'},
    {pieces: [op('loadOutOfBounds')], text: 'IC0502: Error from Canister ID: Canister trapped: heap out of bounds'},
    {pieces: [op('divideByZero')], text: 'IC0502: Error from Canister ID: Canister trapped: integer division by 0'},
    {pieces: [op('recurse')], text: 'IC0502: Error from Canister ID: Canister trapped: stack overflow'},
    {pieces: [op('callMissingElement')], text: 'IC0502: Error from Canister ID: Canister trapped: table out of bounds'},
    {
      pieces: [op('callWrongType')],
      text: 'IC0504: Error from Canister ID: Canister violated contract: function invocation does not match its signature',
    },
    {pieces: [trap('over')], text: "IC0503: Error from Canister ID: Canister called `ic0.trap` with message: 'over'"},
    {pieces: [], text: 'IC0506: Canister ID did not reply to the call'},
  ]
  for (const {pieces, text} of traps)
    it(`tells a user '${text}'`, () => {
      const first = answerText(update(aUniversalCanister(), pieces)).split('.\n')[0]
      assert.equal(first, text.replace('ID', ID))
    })

  it('gives advice behind the text, in the shape tools know', () =>
    assert.match(
      answerText(update(aUniversalCanister(), [trap('over')])),
      /: 'over'\.\n[A-Z][^\n]+\. See documentation: https:\/\/internetcomputer\.org\/docs\/current\/references\/execution-errors#trapped-explicitly$/,
    ))

  it('shows the names of the functions on the stack', () => {
    const imports = hostFunctionTable(false).size
    const content = new WasmWriter()
    content.vector(['interpret', 'resume', 'enter'], (name, index) => void content.u32(imports + index).name(name))
    const section = new WasmWriter().section(1, content.view()).toBytes()
    const canister = aUniversalCanister({module: {customSections: [{name: 'name', content: section}]}})
    for (const failing of [op('unreachable'), trap('over')])
      assert.match(answerText(update(canister, [failing])), /\nCanister Backtrace:\ninterpret\nenter\n\.\nConsider /)
    assert.deepEqual(
      canister.logs.records.map((record) => Buffer.from(record.content).toString()),
      ['unreachable', 'over'].map((text) => `[TRAP]: ${text}\nCanister Backtrace:\ninterpret\nenter\n`),
    )
  })

  it('stops at the instruction limit', () => {
    const limit = 5_000_000_000n
    const canister = aUniversalCanister()
    const before = canister.cycles
    const result = executeMessage(canister, anIngress({method: 'query', payload: program(push(-1), op('burn'))}), anEnvironment())
    assert.equal(result.instructions, limit)
    assert.match(answerText(result), /^IC0522: .*Canister exceeded the limit of 5000000000 instructions for single message execution/)
    assert.equal(before - canister.cycles, 5_000_000n + limit)
  }).timeout(60_000)

  it('counts instructions the same whether a message traps in Wasm or in a system call', () => {
    const spend = [push(100), op('burn')] as const
    const raw = update(aUniversalCanister(), [...spend, op('unreachable')]).instructions
    const system = update(aUniversalCanister(), [...spend, ic0('call_perform')]).instructions
    // `unreachable` costs 1; a refused call_perform 5 for the call instruction and 5,000 for itself, and the stack moves of the interpreter.
    assert.ok(system - raw > 5_000n && system - raw < 5_050n, `${raw} and ${system}`)
  })

  const refusals: readonly {
    readonly options: TestCanister & {empty?: true}
    readonly method?: string
    readonly text: RegExp
    readonly isFree?: true
  }[] = [
    {options: {status: 'stopped'}, text: /^IC0508: Canister ID is not running$/},
    {options: {status: 'stopping'}, text: /^IC0509: Canister ID is not running$/},
    {
      options: {empty: true},
      text: /^IC0537: Error from Canister ID: Attempted to execute a message, but the canister contains no Wasm module\.\n/,
    },
    {options: {}, method: 'other', text: /^IC0536: Error from Canister ID: Canister has no update method 'other'\.\n/},
    {options: {}, method: 'composite', text: /^IC0527: Error from Canister ID: Composite query cannot be called in replicated mode/},
    {
      options: {settings: {wasmMemoryLimitBytes: 100n}},
      text: /^IC0539: Error from Canister ID: Canister exceeded its current Wasm memory limit of 100 bytes\. The peak Wasm memory usage was 524288 bytes\./,
    },
    {
      options: {cycles: 40_000_000_000n},
      text: /^IC0207: Canister ID is out of cycles: please top up the canister with at least \d+ additional cycles$/,
      isFree: true,
    },
  ]
  for (const {options, method = 'update', text, isFree} of refusals)
    it(`refuses with ${text.source}`, () => {
      const {status = 'running', settings, cycles, empty} = options
      const canister = empty ? aCanister() : aUniversalCanister()
      canister.status = aCanister({status}).status
      canister.settings = {...canister.settings, ...settings}
      if (typeof cycles === 'bigint') canister.cycles = cycles
      const before = canister.cycles
      const result = executeMessage(canister, anIngress({method, payload: program(reply())}), anEnvironment())
      assert.match(answerText(result), new RegExp(text.source.replaceAll('ID', ID)))
      assert.equal(before - canister.cycles, isFree ? 0n : 5_000_000n)
      assert.equal(canister.callContexts.size, 0)
    })

  it('tells a canister the code before the text, and refunds what it attached', () => {
    const result = call(aUniversalCanister(), [trap('over')], {cycles: 70n})
    const {outcome, refund} = result.answers[0]!
    assert.equal(refund, 70n)
    assert.match(
      outcome.kind === 'reject' ? outcome.message : '',
      /^IC0503: Error from Canister .* Canister called `ic0\.trap` with message: 'over'/,
    )
    const silent = call(aUniversalCanister(), []).answers[0]!.outcome
    assert.deepEqual(silent, {kind: 'reject', code: 5, message: 'No response', errorCode: 'IC0506'})
  })

  it('moves accepted cycles to the balance and refunds the rest', () => {
    const canister = aUniversalCanister()
    const before = canister.cycles
    const result = call(canister, [invoke('msg_cycles_accept', 30), op('drop'), reply()], {cycles: 100n})
    assert.equal(result.answers[0]!.refund, 70n)
    assert.equal(canister.cycles, before + 30n - 5_000_000n - result.instructions)
  })

  it('shows the balance less the prepayment', () => {
    const canister = aUniversalCanister()
    const before = canister.cycles
    const shown = answerNumber(update(canister, [ic0('canister_cycle_balance'), appendNumber, ic0('msg_reply')]))
    assert.equal(shown, before - 40_005_000_000n)
  })

  it('runs a query method in a replicated way: cycles and log last, memories do not', () => {
    const canister = aUniversalCanister()
    const version = canister.version
    const pieces = [...write(9), invoke('msg_cycles_accept', 30), op('drop'), print('seen'), reply()]
    const result = call(canister, pieces, {method: 'query', cycles: 100n})
    assert.equal(result.answers[0]!.refund, 70n)
    assert.equal(answerNumber(update(canister, read)), 0n)
    assert.deepEqual(
      canister.logs.records.map(({content}) => Buffer.from(content).toString()),
      ['seen'],
    )
    assert.equal(canister.version, version + 2n)
  })

  it('logs traps and what was printed before them', () => {
    const canister = aUniversalCanister()
    update(canister, [print('first'), trap('over')])
    update(canister, [op('unreachable')])
    query(canister, [trap('unseen')])
    assert.deepEqual(
      canister.logs.records.map(({index, content}) => `${index} ${Buffer.from(content).toString()}`),
      ['0 first', '1 [TRAP]: over', '2 [TRAP]: unreachable'],
    )
  })

  it('keeps the newest 4 KiB of the log', () => {
    const canister = aUniversalCanister()
    for (let turn = 0; turn < 6; turn++) update(canister, [print(`${turn}`.repeat(1_000)), reply()])
    assert.deepEqual(
      canister.logs.records.map(({index}) => index),
      [3n, 4n, 5n],
    )
  })

  it('charges 1,000 instructions for each heap page whose content changed', () => {
    const at = (address: number): Piece[] => [push(address), push(1), op('store')]
    const canister = aUniversalCanister()
    const costOf = (pieces: readonly Piece[]) => update(canister, [...pieces, reply()]).instructions
    const one = costOf([...at(300_000), ...at(300_008)])
    const two = costOf([...at(310_000), ...at(330_000)])
    assert.equal(two - one, 1_000n)
    const unchanged = costOf([...at(310_000), ...at(330_000)])
    assert.equal(two - unchanged, 2_000n)
  })

  it('arms the low-memory hook when the heap comes close to its limit', () => {
    const canister = aUniversalCanister({settings: {wasmMemoryLimitBytes: 1_048_576n, wasmMemoryThresholdBytes: 300_000n}})
    assert.equal(canister.lowWasmMemoryHook, 'condition_not_satisfied')
    update(canister, [push(5), op('growMemory'), op('drop'), reply()])
    assert.equal(canister.lowWasmMemoryHook, 'ready')
    assert.match(
      answerText(update(canister, [push(5), op('growMemory'), reply()])),
      /^IC0539: .*The peak Wasm memory usage was 1179648 bytes/,
    )
  })

  it('runs a module without memory, which cannot name a range', () => {
    const procedure = {params: [], results: []}
    const wasm = encodeModule({
      imports: [
        {module: 'ic0', name: 'msg_reply', type: procedure},
        {module: 'ic0', name: 'msg_reply_data_append', type: {params: [TYPE.i32, TYPE.i32], results: []}},
      ],
      functions: [
        {type: procedure, body: wasmCall(0), exports: ['canister_update answer']},
        {type: procedure, body: code(i32Const(0), i32Const(0), wasmCall(1)), exports: ['canister_update append']},
      ],
    })
    const canister = aCanister()
    assert.equal(install(canister, {mode: {kind: 'install'}, wasm}).kind, 'installed')
    const answerTo = (method: string) => answerText(executeMessage(canister, anIngress({method}), anEnvironment()))
    assert.equal(answerTo('answer'), '')
    assert.match(answerTo('append'), /^IC0504: .*Canister violated contract: WebAssembly module must define memory/)
  })

  it('costs nothing on a system subnet', () => {
    const env = anEnvironment({isSystemSubnet: true, fees: feesFor({type: 'system', feeNodeCount: 13})})
    const canister = aUniversalCanister({cycles: 0n, env})
    assert.equal(answerText(update(canister, [append('free'), ic0('msg_reply')], env)), 'free')
    assert.equal(canister.cycles, 0n)
  })

  it('runs the same module with a 64-bit memory, at twice the price per instruction', () => {
    const canister = aUniversalCanister({module: {isWasm64: true}})
    const before = canister.cycles
    const result = update(canister, [...write(21), ...read])
    assert.equal(answerNumber(result), 42n)
    assert.equal(before - canister.cycles, 5_000_000n + 2n * result.instructions)
  })

  it('gives the caller, the argument and the hook what they ask for', () => {
    const canister = aUniversalCanister({init: [setHook('canister_pre_upgrade', print('bye'))]})
    const result = update(canister, [invoke('msg_caller_copy', 600, 0, 29), invoke('msg_reply_data_append', 600, 29), ic0('msg_reply')])
    const {outcome} = result.answers[0]!
    assert.equal(outcome.kind === 'reply' ? Buffer.from(outcome.data).toString('hex') : outcomeText(outcome), USER)
  })
})
