import assert from 'node:assert/strict'
import {gzipSync} from 'node:zlib'
import {uninstallCode} from '../../../../src/replica/canister/uninstall-code.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {
  appendMemory,
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
  reply,
  setHook,
  setRegister,
  trap,
} from '../../../spec/universal/program.js'
import {universalCanister} from '../../../spec/universal/universal-canister.js'
import {
  anEnvironment,
  answerNumber,
  answerText,
  aRuntime,
  aUniversalCanister,
  install,
  update,
} from '../../../spec/universal/universal-subnet.js'
import {aCanister, aRequest, USER} from '../makers.js'

const PERSISTENT = {customSections: [{name: 'icp:private enhanced-orthogonal-persistence', content: new Uint8Array(0)}]}
const drop = op('drop')
const writeStable = (text: string): Piece[] => [
  invoke('stable64_grow', 1),
  drop,
  blob(text),
  op('setGlobal'),
  setRegister(5),
  push(0),
  getRegister(5),
  op('getGlobal'),
  ic0('stable64_write'),
]
const readStable = (length: number): Piece[] => [invoke('stable64_read', 600, 0, length), appendMemory(600, length), ic0('msg_reply')]

type Args = Parameters<typeof install>[1]
function errorOf(canister: CanisterState, args: Args, env = anEnvironment()): string {
  canister.installCodeDebt = 0n
  const result = install(canister, args, env)
  return result.kind === 'rejected' ? `${result.errorCode}: ${result.message}` : 'installed'
}

/** Everything of a canister that an installation may change, but the balance, the log and the debt. */
function imageOf({code, version, certifiedData, globalTimerNs, lastInstalledAtNs}: CanisterState) {
  return {
    module: code && Buffer.from(code.module.hash).toString('hex'),
    heap: code && Buffer.from(code.heap.read(0, code.heap.sizeBytes)).toString('base64'),
    stable: code && Buffer.from(code.stable.read(0, code.stable.sizeBytes)).toString('base64'),
    globals: code?.globals,
    version,
    certifiedData,
    globalTimerNs,
    lastInstalledAtNs,
  }
}

describe('installCode', () => {
  it('installs, runs init with the argument, and counts the version', () => {
    const canister = aUniversalCanister({init: [push(5), setRegister(0), invoke('global_timer_set', 9), drop]})
    assert.equal(canister.version, 1n)
    assert.equal(canister.globalTimerNs, 9n)
    assert.equal(canister.lastInstalledAtNs, anEnvironment().timeNs)
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 5n)
  })

  it('charges the compilation, 6,000 a Wasm instruction, beside what runs', () => {
    const canister = aCanister()
    const before = canister.cycles
    const result = install(canister, {mode: {kind: 'install'}})
    assert.equal(before - canister.cycles, 5_000_000n + result.instructions)
    assert.equal(canister.installCodeDebt, result.instructions)
    assert.ok(result.instructions > 6_000n * 500n)
  })

  it('takes a gzipped module, and hashes what was uploaded', () => {
    const canister = aCanister()
    const zipped = gzipSync(universalCanister())
    assert.equal(errorOf(canister, {mode: {kind: 'install'}, wasm: zipped}), 'installed')
    assert.equal(canister.code!.module.wasm, zipped)
    assert.equal(answerText(update(canister, [reply('zipped')])), 'zipped')
  })

  it('upgrades: stable memory and certified data stay; heap, globals and timer are new; both versions are seen', () => {
    const saveVersion: Piece[] = [push(640), ic0('canister_version'), op('store'), invoke('stable64_write', 100, 640, 8)]
    const canister = aUniversalCanister({init: [setHook('canister_pre_upgrade', ...saveVersion)]})
    update(canister, [
      ...writeStable('kept'),
      push(6),
      setRegister(0),
      blob('cert'),
      ic0('certified_data_set'),
      invoke('global_timer_set', 9),
      drop,
      reply(),
    ])
    const before = canister.version
    const arg = program(push(640), ic0('canister_version'), op('store'), invoke('stable64_write', 108, 640, 8))
    assert.equal(errorOf(canister, {mode: {kind: 'upgrade'}, arg}), 'installed')
    assert.equal(answerText(update(canister, readStable(4))), 'kept')
    assert.equal(Buffer.from(canister.certifiedData).toString(), 'cert')
    assert.equal(canister.globalTimerNs, 0n)
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 0n)
    const stable = Buffer.from(canister.code!.stable.read(100, 16))
    assert.deepEqual([stable.readBigUInt64LE(0), stable.readBigUInt64LE(8)], [before, before + 1n])
  })

  it('keeps the heap where the module supports it', () => {
    const canister = aUniversalCanister({module: PERSISTENT, init: [push(5), setRegister(0), push(5), op('setGlobal')]})
    const wasm = universalCanister(PERSISTENT)
    const keep = {kind: 'upgrade', wasmMemoryPersistence: 'keep'} as const
    assert.equal(errorOf(canister, {mode: keep, wasm}), 'installed')
    assert.equal(answerNumber(update(canister, [getRegister(0), op('getGlobal'), op('add'), appendNumber, ic0('msg_reply')])), 5n)
    assert.match(
      errorOf(canister, {mode: {kind: 'upgrade'}, wasm}),
      /^IC0504: Missing upgrade option: Enhanced orthogonal persistence requires/,
    )
    assert.match(errorOf(canister, {mode: keep}), /^IC0504: Invalid upgrade option: /)
    assert.equal(errorOf(canister, {mode: {kind: 'upgrade', wasmMemoryPersistence: 'replace'}, wasm}), 'installed')
    assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 0n)
  })

  it('reinstalls: everything is new, the log is empty', () => {
    const canister = aUniversalCanister()
    update(canister, [...writeStable('gone'), print('gone'), blob('cert'), ic0('certified_data_set'), reply()])
    assert.equal(errorOf(canister, {mode: {kind: 'reinstall'}}), 'installed')
    assert.equal(canister.code!.stable.sizeBytes, 0)
    assert.equal(canister.certifiedData.length, 0)
    assert.deepEqual(canister.logs, {nextIndex: 1n, records: []})
  })

  it('runs the start function before init, with neither caller nor argument', () => {
    const wasm = universalCanister({startProgram: program(push(11), setRegister(4))})
    const canister = aCanister()
    assert.equal(errorOf(canister, {mode: {kind: 'install'}, wasm, arg: program(getRegister(4), op('setGlobal'))}), 'installed')
    assert.equal(answerNumber(update(canister, [op('getGlobal'), appendNumber, ic0('msg_reply')])), 11n)
  })

  const PRE_UPGRADE_TRAPS: Piece = setHook('canister_pre_upgrade', [...writeStable('pre').flat()], trap('pre'))
  const failures: readonly {readonly what: string; readonly args: Args; readonly init?: Piece[]; readonly text: RegExp}[] = [
    {what: 'pre_upgrade traps', args: {mode: {kind: 'upgrade'}}, init: [PRE_UPGRADE_TRAPS], text: /^IC0503: .*'pre'/},
    {
      what: 'post_upgrade traps',
      args: {mode: {kind: 'upgrade'}, arg: program(...writeStable('post'), trap('post'))},
      text: /^IC0503: .*'post'/,
    },
    {
      what: 'post_upgrade traps in Wasm',
      args: {mode: {kind: 'upgrade'}, arg: program(push(1), setRegister(0), op('unreachable'))},
      text: /^IC0502: .*unreachable/,
    },
    {
      what: 'start traps',
      args: {mode: {kind: 'reinstall'}, wasm: universalCanister({startProgram: program(trap('start'))})},
      text: /^IC0503: .*'start'/,
    },
    {what: 'init traps', args: {mode: {kind: 'reinstall'}, arg: program(trap('init'))}, text: /^IC0503: .*'init'/},
    {
      what: 'the module is no module',
      args: {mode: {kind: 'reinstall'}, wasm: Uint8Array.of(1, 2, 3)},
      text: /^IC0505: Error from Canister .*: Canister's Wasm module is not valid: Failed to decode wasm module: unsupported canister module format\./,
    },
    {
      what: 'the module is too large when inflated',
      args: {mode: {kind: 'reinstall'}, wasm: gzipSync(new Uint8Array(104_857_601))},
      text: /^IC0505: .*is not valid: Wasm module size of 104857601 exceeds the maximum allowed size of 104857600\./,
    },
    {
      what: 'the gzip stream is cut short',
      args: {mode: {kind: 'reinstall'}, wasm: gzipSync(universalCanister()).subarray(0, 500)},
      text: /^IC0505: .*is not valid: Failed to decode wasm module: /,
    },
    {
      what: 'the module is malformed',
      args: {mode: {kind: 'upgrade'}, wasm: universalCanister().subarray(0, 900)},
      text: /^IC0505: .*Canister's Wasm module is not valid: /,
    },
    {
      what: 'the canister is not empty',
      args: {mode: {kind: 'install'}},
      text: /^IC0514: Canister .* cannot be installed because the canister is not empty\. Try installing with mode='reinstall' instead\.$/,
    },
  ]
  for (const {what, args, init = [], text} of failures)
    it(`changes nothing when ${what}`, () => {
      const canister = aUniversalCanister({init: [...init, push(3), setRegister(0)]})
      update(canister, [...writeStable('before'), reply()])
      const before = imageOf(canister)
      assert.match(errorOf(canister, args), text)
      assert.deepEqual(imageOf(canister), before)
      assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')])), 3n)
    })

  it('skips pre_upgrade when told to', () => {
    const canister = aUniversalCanister({init: [PRE_UPGRADE_TRAPS]})
    assert.equal(errorOf(canister, {mode: {kind: 'upgrade', skipPreUpgrade: true}}), 'installed')
  })

  it('keeps the log of a failed installation', () => {
    const canister = aUniversalCanister()
    errorOf(canister, {mode: {kind: 'reinstall'}, arg: program(print('trying'), trap('init'))})
    assert.deepEqual(
      canister.logs.records.map(({content}) => Buffer.from(content).toString()),
      ['trying', '[TRAP]: init'],
    )
  })

  it('refuses to upgrade an empty canister', () =>
    assert.match(
      errorOf(aCanister(), {mode: {kind: 'upgrade'}}),
      /^IC0537: Error from Canister .*: Attempted to execute a message, but the canister contains no Wasm module\./,
    ))

  it('refuses without cycles for 300 G instructions', () =>
    assert.match(
      errorOf(aCanister({cycles: 300_000_000_000n}), {mode: {kind: 'install'}}),
      /^IC0207: Canister installation failed with `Canister .* is out of cycles: please top up the canister with at least \d+ additional cycles`\.$/,
    ))

  it('refuses while earlier installations are being digested', () => {
    const canister = aUniversalCanister()
    canister.installCodeDebt = 1n
    const result = install(canister, {mode: {kind: 'reinstall'}})
    assert.equal(result.kind === 'rejected' && result.errorCode, 'IC0209')
  })

  it('refuses a heap larger than the limit, and memory that the subnet has not', () => {
    assert.match(errorOf(aCanister({settings: {wasmMemoryLimitBytes: 1_000n}}), {mode: {kind: 'install'}}), /^IC0539: /)
    const full = anEnvironment({subnetMemory: {usedBytes: 900n, capacityBytes: 1_000n}})
    assert.match(
      errorOf(aCanister(), {mode: {kind: 'install'}}, full),
      /^IC0101: Canister requested \d+ of memory but only 100 are available in the subnet\.$/,
    )
  })

  it('refuses when the new memory leaves too little above the freezing limit', () => {
    const settings = {freezingThresholdSeconds: 31_536_000_000n}
    assert.match(errorOf(aCanister({cycles: 301_000_000_000n, settings}), {mode: {kind: 'install'}}), /^IC0(532|207): /)
  })

  it('does not confuse the instance of a failed installation with the canister', () => {
    const env = anEnvironment({runtime: aRuntime()})
    const canister = aUniversalCanister({init: [push(3), setRegister(0)], env})
    for (let turn = 0; turn < 3; turn++) {
      errorOf(canister, {mode: {kind: 'upgrade'}, arg: program(push(99), setRegister(0), trap('post'))}, env)
      assert.equal(answerNumber(update(canister, [getRegister(0), appendNumber, ic0('msg_reply')], env)), 3n)
    }
  })
})

describe('uninstallCode', () => {
  it('answers whoever waits, refunds, and leaves balance and settings', () => {
    const canister = aUniversalCanister()
    const request = aRequest({cycles: 50n})
    const origin = {kind: 'canister', sender: request.sender, callbackId: 1, deadlineSeconds: 0, method: 'update'} as const
    canister.callContexts.set(5, {
      id: 5,
      origin,
      caller: USER,
      startTimeNs: 0n,
      responded: false,
      deleted: false,
      availableCycles: 50n,
      instructionsExecuted: 0n,
    })
    const {cycles, settings, version} = canister
    const answers = uninstallCode(canister)
    assert.deepEqual(answers, [
      {origin, outcome: {kind: 'reject', code: 4, message: 'Canister has been uninstalled.', errorCode: 'IC0406'}, refund: 50n},
    ])
    assert.equal(canister.code, undefined)
    assert.deepEqual({cycles: canister.cycles, settings: canister.settings, version: canister.version}, {cycles, settings, version})
    assert.equal(canister.callContexts.size, 0)
  })
})
