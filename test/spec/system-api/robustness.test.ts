import assert from 'node:assert/strict'
import fc from 'fast-check'
import {isErrorCode} from '../../../src/protocol/reject-codes.js'
import {executeMessage} from '../../../src/replica/canister/execute-message.js'
import {feesFor} from '../../../src/replica/cycles/fees.js'
import type {CallOutcome} from '../../../src/replica/state/messages.js'
import {HOST_FUNCTIONS, type HostFunctionName} from '../../../src/replica/system-api/host-functions.js'
import {aRequest} from '../../unit/replica/makers.js'
import {invoke, op, type Piece, program, reply} from '../universal/program.js'
import {anEnvironment, aRuntime, aUniversalCanister, install, query} from '../universal/universal-subnet.js'

/** Sizes, pointers and indices at the edges of something. */
const EDGES = [
  0n,
  1n,
  16n,
  29n,
  30n,
  33n,
  512n,
  4_095n,
  4_096n,
  65_535n,
  65_536n,
  524_280n,
  524_287n,
  524_288n,
  2_097_153n,
  10_485_761n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) + 1n,
  1n << 63n,
  -1n,
]
const NAMES = Object.keys(HOST_FUNCTIONS) as HostFunctionName[]

const systemCall: fc.Arbitrary<Piece> = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.array(fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({min: 0n, max: 70_000n})), {minLength: 8, maxLength: 8}),
  )
  .map(([name, args]) => {
    const {params, result} = HOST_FUNCTIONS[name]
    return [...invoke(name, ...args.slice(0, params.length)), ...(result === 'none' ? [] : op('drop'))]
  })
const anyProgram = fc.array(systemCall, {minLength: 1, maxLength: 6})

function isClean(outcome: CallOutcome): boolean {
  return outcome.kind === 'reply' || isErrorCode(outcome.errorCode)
}

describe('System API: any call with any arguments', () => {
  for (const isWasm64 of [false, true])
    it(`ends in an answer and leaves a working canister, with a ${isWasm64 ? 64 : 32}-bit memory`, () => {
      const env = anEnvironment({runtime: aRuntime(), isSystemSubnet: true, fees: feesFor({type: 'system', feeNodeCount: 13})})
      const canister = aUniversalCanister({module: {isWasm64}, env})
      fc.assert(
        fc.property(anyProgram, fc.constantFrom('update', 'replicated', 'query', 'composite', 'install'), (pieces, kind) => {
          if (kind === 'query' || kind === 'composite') assert.ok(isClean(query(canister, pieces, env, kind)))
          else if (kind === 'install') {
            const result = install(canister, {mode: {kind: 'reinstall'}, wasm: canister.code!.module.wasm, arg: program(...pieces)}, env)
            assert.ok(result.kind !== 'rejected' || isErrorCode(result.errorCode))
          } else {
            const method = kind === 'update' ? 'update' : 'query'
            const before = canister.cycles
            const {answers} = executeMessage(canister, aRequest({method, cycles: 1_000n, payload: program(...pieces)}), env)
            for (const {outcome, refund} of answers) assert.ok(isClean(outcome) && refund <= 1_000n)
            assert.ok(canister.cycles <= before + 1_000n && canister.cycles >= 0n)
          }
          const alive = executeMessage(canister, aRequest({payload: program(reply('alive'))}), env).answers[0]!.outcome
          assert.equal(alive.kind === 'reply' && Buffer.from(alive.data).toString(), 'alive')
        }),
        {numRuns: 1500},
      )
    }).timeout(120_000)
})

describe('System API: stable memory up to 500 GiB', () => {
  it('is written and read at its far end', () => {
    const env = anEnvironment({isSystemSubnet: true, fees: feesFor({type: 'system', feeNodeCount: 13})})
    const canister = aUniversalCanister({env})
    const pages = 500 * 16_384
    const end = BigInt(pages) * 65_536n
    const run = (...pieces: readonly Piece[]) => executeMessage(canister, aRequest({payload: program(...pieces)}), env).answers[0]!.outcome
    assert.equal(run(invoke('stable64_grow', pages), op('drop'), invoke('stable64_write', end - 8n, 512, 8), reply()).kind, 'reply')
    assert.equal(canister.code!.stable.sizeBytes, Number(end))
    assert.match(JSON.stringify(run(invoke('stable64_write', end - 7n, 512, 8))), /stable memory out of bounds/)
    assert.match(JSON.stringify(run(invoke('stable_size'))), /32 bit stable memory api used on a memory larger than 4GB/)
    assert.equal(run(invoke('stable64_read', 600, end - 8n, 8), reply()).kind, 'reply')
  })
})
