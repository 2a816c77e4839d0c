import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {ExecutionEnvironment} from '../../../../src/replica/canister/environment.js'
import {executeMessage} from '../../../../src/replica/canister/execute-message.js'
import {LruCache} from '../../../../src/replica/canister/lru-cache.js'
import type {WasmRuntimeOptions} from '../../../../src/replica/canister/wasm-runtime.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {
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
  aRuntime,
  aUniversalCanister,
  deliver,
  install,
  outcomeText,
  query,
  settle,
} from '../../../spec/universal/universal-subnet.js'
import {anIngress, idOf} from '../makers.js'

const drop = op('drop')
const small = fc.integer({min: 0, max: 20})

/** Pieces that change whatever an execution can change. */
const piece: fc.Arbitrary<Piece> = fc.oneof(
  small.map((value) => [...push(value), ...setRegister(value % 8)]),
  small.map((value) => [...getRegister(value % 8), ...push(value), ...op('add'), ...op('setGlobal')]),
  fc.integer({min: 200_000, max: 500_000}).map((address) => [...push(address), ...push(address), ...op('store')]),
  small.map((pages) => [...invoke('stable64_grow', pages % 3), ...drop]),
  fc.integer({min: 0, max: 60_000}).map((offset) => invoke('stable64_write', offset, 512, 64)),
  small.map((pages) => [...push(pages), ...op('growMemory'), ...drop]),
  small.map((value) => print(`log ${value}`)),
  small.map((value) => [...invoke('global_timer_set', value), ...drop]),
  small.map((value) => [...invoke('cycles_burn128', 0, value, 600)]),
  small.map((value) => [...push(value * 1_000), ...op('burn')]),
)
const ending: fc.Arbitrary<Piece> = fc.oneof(
  {weight: 5, arbitrary: fc.constant(reply('done'))},
  fc.constant(trap('end')),
  fc.constant(op('unreachable')),
  fc.constant(op('loadOutOfBounds')),
  fc.array(piece, {maxLength: 3}).map((pieces): Piece => {
    const payload = program(...pieces, reply())
    return [...makeCall(idOf(0), {payload, onReply: [...pieces, reply('back')], onReject: [trap('rejected')], onCleanup: pieces}), ...drop]
  }),
)
type Step = {readonly kind: 'update' | 'query' | 'composite' | 'replicated' | 'upgrade'; readonly pieces: readonly Piece[]}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('update', 'update', 'update', 'query', 'composite', 'replicated', 'upgrade'),
  pieces: fc.tuple(fc.array(piece, {maxLength: 5}), ending).map(([pieces, end]) => [...pieces, end]),
})

function run(canister: CanisterState, {kind, pieces}: Step, env: ExecutionEnvironment): string {
  if (kind === 'query' || kind === 'composite') return outcomeText(query(canister, pieces, env, kind))
  if (kind === 'upgrade') {
    canister.installCodeDebt = 0n
    return JSON.stringify(install(canister, {mode: {kind: 'upgrade'}, arg: program(...pieces.slice(0, -1))}, env), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
  }
  const message = anIngress({receiver: canister.id, method: kind === 'update' ? 'update' : 'query', payload: program(...pieces)})
  const result = executeMessage(canister, message, env)
  const answers = [...deliver(canister, result.answers), ...settle([canister], env)]
  return `${result.instructions} ${answers.map(({outcome}) => outcomeText(outcome)).join()}`
}

/** Everything that a life leaves behind, and every answer on the way. */
function live(steps: readonly Step[], options: Partial<WasmRuntimeOptions>): string[] {
  const env = anEnvironment({runtime: aRuntime(options)})
  const canister = aUniversalCanister({env})
  const answers = steps.map((each) => run(canister, each, env))
  const {heap, stable, globals, heapVersion} = canister.code!
  const {cycles, version, globalTimerNs, logs, consumed, nextCallbackId} = canister
  const image = [heap, stable].map((memory) => Buffer.from(memory.read(0, memory.sizeBytes)).toString('base64'))
  const rest = {globals, heapVersion, cycles, version, globalTimerNs, logs, consumed, nextCallbackId}
  return [...answers, ...image, JSON.stringify(rest, (_, value) => (typeof value === 'bigint' ? String(value) : value))]
}

describe('WasmRuntime', () => {
  it('gives the same life whether it remembers, forgets everything, or keeps one instance', () =>
    fc.assert(
      fc.property(fc.array(step, {minLength: 1, maxLength: 6}), (steps) => {
        const remembering = live(steps, {})
        assert.deepEqual(live(steps, {isAmnesiac: true}), remembering)
        assert.deepEqual(live(steps, {cacheBytes: 1}), remembering)
      }),
      {numRuns: 30},
    )).timeout(120_000)

  it('notices an instance that a planted bug leaves behind its heap', () => {
    const env = anEnvironment({runtime: aRuntime()})
    const canister = aUniversalCanister({env})
    run(canister, {kind: 'update', pieces: [push(4), setRegister(1), reply()]}, env)
    // A heap that was changed without a new version is what an instance must not be used for: this one still shows the old bytes.
    canister.code!.heap.write(512 + 8, Uint8Array.of(9))
    const read: Step = {
      kind: 'query',
      pieces: [getRegister(1), setRegister(2), push(512 + 16), push(1), ic0('msg_reply_data_append'), ic0('msg_reply')],
    }
    const remembered = run(canister, read, env)
    env.runtime.forgetAll()
    assert.notEqual(run(canister, read, env), remembered)
  })

  it('builds an instance anew when the canister has another heap or version', () => {
    const env = anEnvironment({runtime: aRuntime()})
    const canister = aUniversalCanister({env})
    const write = (value: number): Step => ({kind: 'update', pieces: [push(value), setRegister(1), reply()]})
    const read: Step = {kind: 'query', pieces: [push(512 + 8), push(1), ic0('msg_reply_data_append'), ic0('msg_reply')]}
    run(canister, write(4), env)
    const snapshot = {...canister.code!, heap: canister.code!.heap.clone()}
    run(canister, write(5), env)
    assert.equal(run(canister, read, env), '\u0005')
    canister.code = {...snapshot, heapVersion: canister.code!.heapVersion}
    assert.equal(run(canister, read, env), '\u0004')
  })
})

describe('a query that grows the heap', () => {
  const grow = [push(3), op('growMemory'), drop]

  it('leaves an instance for queries, and an exact one for updates', () => {
    const env = anEnvironment({runtime: aRuntime()})
    const canister = aUniversalCanister({env})
    const {heap} = canister.code!
    const sizeBytes = heap.sizeBytes
    assert.equal(outcomeText(query(canister, [...grow, reply('grown')], env)), 'grown')
    let loads = 0
    const {findChunk} = heap
    heap.findChunk = (index) => {
      if (index === 0) loads++
      return findChunk.call(heap, index)
    }
    for (let turn = 0; turn < 5; turn++) assert.equal(outcomeText(query(canister, [...grow, reply('again')], env)), 'again')
    const readBeyond: Piece = [...push(sizeBytes), ...op('load'), ...drop]
    assert.match(run(canister, {kind: 'update', pieces: [readBeyond, reply()]}, env), /IC0502.*heap out of bounds/)
    assert.equal(heap.sizeBytes, sizeBytes)
    // Rollbacks look at single pages; a new instance loads all.
    assert.ok(loads < 5 * 16, `${loads} loads`)
  })

  it('does not see what another query wrote there', () => {
    const env = anEnvironment({runtime: aRuntime()})
    const canister = aUniversalCanister({env})
    const end = canister.code!.heap.sizeBytes
    query(canister, [...grow, push(end + 8), push(77), op('store'), reply()], env)
    query(canister, [push(end + 4096), push(78), op('store'), reply()], env)
    const read = (at: number): Piece[] => [...grow, push(at), push(8), ic0('msg_reply_data_append'), ic0('msg_reply')]
    for (const at of [end + 8, end + 4096]) assert.equal(outcomeText(query(canister, read(at), env)), '\0'.repeat(8))
  })
})

describe('LruCache', () => {
  it('weighs what it keeps, and always keeps the last', () => {
    const cache = new LruCache<string, number>(10)
    cache.set('a', 1, 4)
    cache.set('b', 2, 4)
    cache.set('a', 1, 7)
    assert.deepEqual([cache.find('a'), cache.find('b')], [1, undefined])
    cache.set('c', 3, 99)
    assert.deepEqual([cache.size, cache.find('c')], [1, 3])
  })

  it('drops what has not been used for longest', () => {
    const cache = new LruCache<string, number>(2)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.find('a')
    cache.set('c', 3)
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => cache.find(key)),
      [1, undefined, 3],
    )
    assert.equal(cache.size, 2)
  })
})
