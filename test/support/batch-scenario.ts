/**
 * A life of a whole subnet, from a seed: many canisters of both memory widths that call each other, trap, fail in callbacks, are upgraded,
 * wake by timers and heartbeats, compute, and run over several slices. Its result is one hash over everything replicated.
 */

import {toHex} from '../../src/base/bytes.js'
import type {ExecutionEnvironment} from '../../src/replica/canister/environment.js'
import type {Ingress} from '../../src/replica/state/messages.js'
import {stateHash} from '../../src/replica/state/state-hash.js'
import {OP, TYPE} from '../../src/wasm/constants.js'
import {encodeModule} from '../../src/wasm/encode.js'
import {access, brIf, code, f64Const, i32Const, localGet, localSet, localTee, loop} from '../../src/wasm/instructions.js'
import {KERNELS, kernelModule} from '../perf/kernels/modules.js'
import {
  getRegister,
  invoke,
  makeCall,
  op,
  type Piece,
  print,
  program,
  push,
  reply,
  setHook,
  setRegister,
  trap,
} from '../spec/universal/program.js'
import {universalCanister} from '../spec/universal/universal-canister.js'
import {anEnvironment, aUniversalCanister, install} from '../spec/universal/universal-subnet.js'
import {aRealSubnet, managing, running} from '../unit/replica/execution/real-subnet.js'
import {aCanister, idOf} from '../unit/replica/makers.js'

export interface Scenario {
  readonly seed: number
  readonly rounds: number
  readonly canisters: number
  readonly runtime: ExecutionEnvironment['runtime']
  readonly slices?: ExecutionEnvironment['slices']
  /** Also recursion without end: on a thread whose stack is larger than the engine's limit. */
  readonly hasLargeStack?: boolean
}

export interface ScenarioResult {
  /** After each tenth of the rounds. */
  readonly hashes: readonly string[]
  readonly executions: number
  /** Error codes of what failed, with their number. */
  readonly failures: Readonly<Record<string, number>>
}

const SLICES = {first: 400_000n, further: 2_000_000n}
const KERNEL_CANISTERS = 3
const drop = op('drop')
const ENDINGS: readonly Piece[] = [
  ...[reply('done'), reply('done'), reply('done'), [], trap('end')],
  ...[op('unreachable'), op('divideByZero'), op('loadOutOfBounds'), op('callMissingElement'), op('callWrongType')],
]

export function runScenario({seed, rounds, canisters, runtime, slices = SLICES, hasLargeStack = false}: Scenario): ScenarioResult {
  const random = xorshift(seed)
  const last = [...ENDINGS, ...(hasLargeStack ? [op('recurse')] : [])]
  const subnet = aRealSubnet(makeCanisters(canisters, runtime), runtime, slices)
  const hashes: string[] = []
  for (let round = 1; round <= rounds; round++) {
    const count = random(6)
    const ingress = Array.from({length: count}, (_, index) => ({...message(random, canisters, last), id: idOfMessage(round * 10 + index)}))
    subnet.run({ingress, timeNs: subnet.state.timeNs + BigInt(1 + random(4)) * 500_000_000n, isSummary: round % 25 === 0})
    if (round % Math.ceil(rounds / 10) === 0) hashes.push(toHex(stateHash(subnet.state)))
  }
  const failures: Record<string, number> = {}
  for (const {outcome} of subnet.trace) {
    const code = /^IC\d+/.exec(outcome)?.[0]
    if (code) failures[code] = (failures[code] ?? 0) + 1
  }
  return {hashes, executions: subnet.trace.length, failures}
}

/** The first three hold kernels; every fourth of the others has a 64-bit memory, every fifth a heartbeat. */
function makeCanisters(count: number, runtime: Scenario['runtime']) {
  const kernels = [kernelModule(32), kernelModule(64), nanModule()].map((wasm, number) => {
    const canister = aCanister({number})
    install(canister, {mode: {kind: 'install'}, wasm}, anEnvironment({runtime}))
    canister.installCodeDebt = 0n
    return canister
  })
  const universal = Array.from({length: count}, (_, index) => {
    const hooks =
      index % 5 === 0
        ? (['canister_heartbeat', 'canister_global_timer'] as const)
        : (['canister_global_timer', 'canister_pre_upgrade'] as const)
    return aUniversalCanister({number: KERNEL_CANISTERS + index, module: {isWasm64: index % 4 === 3, hooks}, env: anEnvironment({runtime})})
  })
  return [...kernels, ...universal]
}

function message(random: Random, canisters: number, last: readonly Piece[]): Ingress {
  const ending = (from: Random): Piece => last[from(last.length)]!
  const number = KERNEL_CANISTERS + random(canisters)
  const receiver = idOf(number)
  switch (random(10)) {
    case 0:
      return running([], {receiver: idOf(random(2)), method: KERNELS[random(KERNELS.length)]!})
    case 5:
      return running([], {receiver: idOf(2), method: 'nan'})
    case 1:
      return managing('install_code', upgradeOf(random, number), {effectiveCanisterId: receiver})
    case 2:
      return running(
        [setHook('canister_global_timer', ...pieces(random), [...invoke('global_timer_set', 0), ...drop]), setTimer(random), reply()],
        {receiver},
      )
    case 3:
      return running([...pieces(random), ending(random)], {receiver, method: 'query'})
    case 4:
      return managing(random(2) === 0 ? 'stop_canister' : 'start_canister', {canister_id: receiver}, {effectiveCanisterId: receiver})
    default:
      return running([...pieces(random), ...calls(random, canisters, 3, ending), ending(random)], {receiver})
  }
}

function upgradeOf(random: Random, number: number): unknown {
  const wasm_module = universalCanister({isWasm64: number % 4 === 1, hooks: ['canister_global_timer', 'canister_pre_upgrade']})
  const arg = program(...pieces(random), ...(random(4) === 0 ? [trap('upgrade')] : []))
  return {mode: {upgrade: []}, canister_id: idOf(number), wasm_module, arg, sender_canister_version: []}
}

function setTimer(random: Random): Piece {
  return [...invoke('global_timer_set', 1_685_570_400_000_000_000n + BigInt(random(60)) * 1_000_000_000n), ...drop]
}

/** What an execution does to memories, globals, balance and log, and how long it takes. */
function pieces(random: Random): Piece[] {
  return Array.from({length: random(5)}, (): Piece => {
    const value = random(1_000)
    switch (random(9)) {
      case 0:
        return [...push(value), ...setRegister(value % 8)]
      case 1:
        return [...getRegister(value % 8), ...push(value), ...op('add'), ...op('setGlobal')]
      case 2:
        return [...push(200_000 + 300 * value), ...push(value), ...op('store')]
      case 3:
        return [...invoke('stable64_grow', 1), ...drop, ...invoke('stable64_write', value, 512, 64)]
      case 4:
        return [...push(value % 3), ...op('growMemory'), ...drop]
      case 5:
        return print(`log ${value}`)
      case 6:
        return invoke('cycles_burn128', 0, value, 600)
      case 7:
        return [...push(value % 10 === 0 ? value * 500 : value), ...op('burn')]
      default:
        return invoke('certified_data_set', 512, value % 32)
    }
  })
}

function calls(random: Random, canisters: number, depth: number, ending: (from: Random) => Piece): Piece[] {
  return Array.from({length: depth > 0 ? random(3) : 0}, (): Piece => {
    const callee = idOf(KERNEL_CANISTERS + random(canisters))
    const payload = program(...pieces(random), ...calls(random, canisters, depth - 1, ending), ending(random))
    const options = {payload, onReply: [...pieces(random), ending(random)], onReject: [ending(random)], onCleanup: pieces(random)}
    return [
      ...makeCall(callee, {...options, cycles: BigInt(random(1_000)), ...(random(4) === 0 && {timeoutSeconds: 1 + random(3)})}),
      ...drop,
    ]
  })
}

/** Float operations whose NaNs differ from machine to machine and from compiler to compiler; their bits go to memory. */
function nanModule(): Uint8Array {
  const [load, store, sqrt, add, sub, divide, min] = [OP.f64Load, OP.f64Store, 0x9f, 0xa0, 0xa1, 0xa3, 0xa4]
  const f64 = (at: number) => code(i32Const(at), access(load))
  const put = (at: number, value: readonly number[]) => code(i32Const(at), value, access(store))
  const body = code(
    ...[i32Const(20_000), localSet(0)],
    loop(
      put(0, code(f64(64), f64(64), divide)),
      put(8, code(f64Const(-1), sqrt)),
      put(16, code(f64(0), f64(72), add, f64(72), f64(8), sub, add)),
      put(24, code(f64(72), f64(0), min)),
      put(32, code(f64(32), f64Const(0.5), add)),
      ...[localGet(0), i32Const(1), OP.i32Sub, localTee(0), brIf(0)],
    ),
  )
  // A NaN with a payload of its own.
  const data = [{offset: i32Const(72), content: Uint8Array.of(1, 2, 3, 4, 5, 6, 0xf4, 0xff)}]
  return encodeModule({
    memory: {minimum: 1},
    data,
    functions: [{type: {params: [], results: []}, locals: [TYPE.i32], body, exports: ['canister_update nan']}],
  })
}

type Random = (below: number) => number

function xorshift(seed: number): Random {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const idOfMessage = (number: number) => number.toString(16).padStart(64, '0') as Ingress['id']
