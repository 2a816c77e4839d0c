import assert from 'node:assert/strict'
import {HOST_FUNCTIONS, type HostFunctionName, hostFunctionTable} from '../../../src/replica/system-api/host-functions.js'
import {ALL_MODES, type ExecutionMode} from '../../../src/replica/system-api/modes.js'
import {TYPE} from '../../../src/wasm/constants.js'
import {encodeModule} from '../../../src/wasm/encode.js'
import {invoke} from '../universal/program.js'
import {runInMode} from '../universal/run-in-mode.js'
import {answerText, aUniversalCanister, install, update} from '../universal/universal-subnet.js'
import {allows, EXPECTED, type ExpectedFunction, parameterCount} from './function-table.js'

/** Digest system-api section 3, column "Name in error text"; `T` is run as a global timer here. */
const MODE_NAMES: Record<ExecutionMode, string> = {
  s: 'start',
  I: 'init',
  G: 'pre upgrade',
  U: 'update',
  RQ: 'replicated query',
  NRQ: 'non replicated query',
  TQ: 'non replicated query',
  CQ: 'composite query',
  Ry: 'reply callback',
  Rt: 'reject callback',
  CRy: 'composite reply callback',
  CRt: 'composite reject callback',
  C: 'cleanup',
  CC: 'composite cleanup',
  T: 'global timer',
  F: 'inspect message',
}

/** Functions that refuse a mode where they are known to the table, for lack of what they give. */
const NEEDS_CERTIFICATE = ['data_certificate_size', 'data_certificate_copy']

/** What goes wrong when each function is called in the mode with zeros for arguments; empty when all is as the table says. */
function findDeviations(mode: ExecutionMode, table: Readonly<Record<string, ExpectedFunction>>): string[] {
  return Object.entries(table).flatMap(([name, expected]) => {
    const args = Array.from({length: parameterCount(expected)}, () => 0)
    const text = runInMode(mode, [invoke(name as HostFunctionName, ...args)])
    const refusal = `Canister violated contract: "ic0_${name}" cannot be executed in ${MODE_NAMES[mode]} mode`
    const isRefused = text.includes(refusal)
    const isAllowed = allows(expected, mode) && !NEEDS_CERTIFICATE.includes(name)
    if (isRefused === !isAllowed) return []
    return [`${name} in ${mode}: expected to be ${isAllowed ? 'allowed' : 'refused'}, got '${text}'`]
  })
}

describe('System API: modes', () => {
  for (const mode of ALL_MODES)
    it(`allows in ${mode} what the specification lists`, () => assert.deepEqual(findDeviations(mode, EXPECTED), []))

  it('catches a planted mistake in the table', () => {
    const planted = {msg_reply: {...EXPECTED.msg_reply!, modes: '*'}}
    assert.equal(findDeviations('T', planted).length, 1)
  })
})

describe('System API: types', () => {
  it('has every function of the specification and one of the cycles minting canister', () =>
    assert.deepEqual(Object.keys(HOST_FUNCTIONS).sort(), [...Object.keys(EXPECTED), 'mint_cycles128'].sort()))

  it('withholds the 32-bit functions from modules with a 64-bit memory', () => {
    const missing = Object.keys(HOST_FUNCTIONS).filter((name) => !hostFunctionTable(true).has(name))
    const expected = Object.keys(EXPECTED).filter((name) => EXPECTED[name]!.is32)
    assert.deepEqual(missing.sort(), expected.sort())
    assert.equal(hostFunctionTable(false).size, Object.keys(EXPECTED).length + 1)
  })

  for (const [name, {type, is32}] of Object.entries(EXPECTED))
    it(`types ${name} as (${type})`, () => {
      const {params, result} = HOST_FUNCTIONS[name as HostFunctionName]
      const show = (kind: string) => (kind === 'size' ? (is32 && name.startsWith('stable') ? 'i32' : 'I') : kind === 'u64' ? 'i64' : kind)
      const shown = params.map(show).join(',') + (result === 'none' ? '' : `->${show(result)}`)
      assert.equal(shown, type)
    })
})

describe('System API: a module with a 64-bit memory', () => {
  const canister = aUniversalCanister({module: {isWasm64: true}})

  for (const [name, expected] of Object.entries(EXPECTED).filter(([, {is32, modes}]) => !is32 && modes !== 'F'))
    it(`reaches ${name}`, () => {
      const args = Array.from({length: parameterCount(expected)}, () => 0)
      const called = answerText(update(canister, [invoke(name as HostFunctionName, ...args)]))
      assert.doesNotMatch(called, /Canister trapped|exceeded/)
      assert.equal(called.includes('cannot be executed in update mode'), !allows(expected, 'U'), called)
    })

  it('refuses the 32-bit functions', () => {
    const wasm = encodeModule({
      memory: {minimum: 1, is64: true},
      imports: [{module: 'ic0', name: 'stable_size', type: {params: [], results: [TYPE.i32]}}],
    })
    const result = install(aUniversalCanister(), {mode: {kind: 'reinstall'}, wasm})
    assert.match(
      result.kind === 'rejected' ? result.message : '',
      /: Canister's Wasm module is not valid: Module imports function 'stable_size' from 'ic0' that is not exported by the runtime\./,
    )
  })
})
