/** Compute kernels: instrumented code against V8 alone, on 32-bit and on lowered 64-bit memories. */

import {compileModule} from '../../src/replica/embedder/compile.js'
import {instantiate} from '../../src/replica/embedder/instance.js'
import {KERNELS, kernelModule} from './kernels/modules.js'
import type {Bench, Row} from './row.js'

const ROUNDS = 40
const LEAST_MS = 4

type Run = () => void

/** All variants of one kernel: raw, ours, ours lowered from 64 bits. */
function variantsOf(kernel: string): Run[] {
  const name = `canister_update ${kernel}`
  const raw = new WebAssembly.Instance(new WebAssembly.Module(kernelModule(32) as Uint8Array<ArrayBuffer>)).exports[name] as Run
  return [raw, instrumented(kernelModule(32), name), instrumented(kernelModule(64), name)]
}

function instrumented(wasm: Uint8Array, name: string): Run {
  const compiled = compileModule(wasm, {hostFunctions: () => new Map(), variant: 'local'})
  if (compiled.kind === 'invalid') throw new Error(compiled.message)
  const instance = instantiate(compiled, {}, {growMemory: () => true})
  return () => {
    instance.begin(1e12)
    if (instance.callExport(name).kind !== 'ok') throw new Error(`${name} failed`)
  }
}

/** Least CPU time of each, in milliseconds: rounds are interleaved, so that what the machine does else meets all alike. */
function interleaved(runs: readonly Run[]): number[] {
  const counts = runs.map(calibrate)
  const least = runs.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++)
    runs.forEach((run, index) => {
      const before = process.cpuUsage()
      for (let turn = 0; turn < counts[index]!; turn++) run()
      const {user, system} = process.cpuUsage(before)
      least[index] = Math.min(least[index]!, (user + system) / 1000 / counts[index]!)
    })
  return least
}

/** Warms up until the optimising compiler is done; how many turns take `LEAST_MS`. */
function calibrate(run: Run): number {
  const end = performance.now() + 150
  let turns = 0
  while (performance.now() < end) {
    run()
    turns++
  }
  return Math.max(1, Math.ceil((turns * LEAST_MS) / 150))
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

async function measure(): Promise<Row[]> {
  const rows: Row[] = []
  const ratios: [number, number][] = []
  for (const kernel of KERNELS) {
    const [raw, narrow, wide] = interleaved(variantsOf(kernel)) as [number, number, number]
    ratios.push([narrow / raw, wide / raw])
    const floor = {what: 'V8 alone, wasm32', value: raw}
    rows.push(
      {metric: `kernel ${kernel}: wasm32`, value: narrow, unit: 'ms', floor},
      {metric: `kernel ${kernel}: wasm64`, value: wide, unit: 'ms', floor},
    )
  }
  const floor = {what: 'V8 alone', value: 1}
  const mean = (index: 0 | 1) => geometricMean(ratios.map((pair) => pair[index]))
  rows.push({metric: 'kernels: wasm32, geometric mean of ten', value: mean(0), unit: '×', floor, goal: '≤ 1.38'})
  rows.push({metric: 'kernels: lowered wasm64, geometric mean of ten', value: mean(1), unit: '×', floor, goal: '≤ 1.55'})
  return rows
}

export const kernelBench: Bench = {name: 'kernels', measure}
