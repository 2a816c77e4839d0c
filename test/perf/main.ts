/** `npm run bench [NAME…]`: runs the benchmarks, prints metric, value, floor and ratio, and writes them to bench.json. */

import {writeFileSync} from 'node:fs'
import {cpus} from 'node:os'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'
import {commandBench} from './commands.bench.js'
import {cryptoBench} from './crypto.bench.js'
import {durabilityBench} from './durability.bench.js'
import {engineBench} from './engine.bench.js'
import {gatewayBench} from './gateway.bench.js'
import {kernelBench} from './kernels.bench.js'
import {languageBench} from './languages.bench.js'
import {largeStateBench} from './large-state.bench.js'
import {ledgerBench} from './ledger.bench.js'
import {mainJobBench} from './main-job.bench.js'
import {networkBench} from './network.bench.js'
import {projectBench} from './project.bench.js'
import type {Bench, Row} from './row.js'

const benches: readonly Bench[] = [
  commandBench,
  cryptoBench,
  engineBench,
  kernelBench,
  networkBench,
  ledgerBench,
  gatewayBench,
  largeStateBench,
  durabilityBench,
  mainJobBench,
  languageBench,
  projectBench,
]

const wanted = process.argv.slice(2)
const rows: Row[] = []
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`)
for (const bench of benches.filter(({name}) => wanted.length === 0 || wanted.includes(name))) {
  const measured = await bench.measure()
  rows.push(...measured)
  for (const row of measured) printRow(row)
}
writeFileSync(join(repositoryRoot, 'bench.json'), `${JSON.stringify({node: process.version, rows}, null, 2)}\n`)
console.log(`\n${rows.length} rows written to bench.json`)

function printRow({metric, value, unit, floor, goal}: Row): void {
  const ratio = floor ? `  floor ${format(floor.value)} ${unit} (${floor.what})  ratio ${(value / floor.value).toFixed(2)}` : ''
  console.log(`${metric.padEnd(58)} ${format(value).padStart(10)} ${unit}${ratio}${goal ? `  [goal ${goal}]` : ''}`)
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
