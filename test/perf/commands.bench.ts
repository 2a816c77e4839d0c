/** CPU time of light commands, against an empty Node process. */

import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'
import {cpuMs} from './cpu-time.js'
import type {Bench, Row} from './row.js'

const RUNS = 5
const program = join(repositoryRoot, 'bin', 'run.js')

/** One row for each command that needs neither a network nor a compiler. */
const LIGHT = [
  ...['--version', '--help', 'canister id backend', 'canister set-id other aaaaa-aa'],
  ...[
    'identity list',
    'identity whoami',
    'identity get-principal',
    'identity get-wallet',
    'identity use default',
    'identity export default',
  ],
  ...['info webserver-port', 'info networks-json-path', 'cache show', 'cache list', 'cache install', 'config telemetry'],
  ...['extension list', 'completion bash', 'schema', 'killall', 'stop'],
]

export const commandBench: Bench = {
  name: 'commands',
  async measure() {
    const folder = temporaryFolder()
    try {
      aProject(folder)
      const commands = LIGHT.map((words) => ({name: `icicle ${words}`, args: [program, ...words.split(' ')]}))
      const floors: number[] = []
      const values = commands.map((): number[] => [])
      for (let run = 0; run < RUNS; run++) {
        floors.push(cpuMs(['-e', '0'], {cwd: folder, home: folder}))
        for (const [index, {args}] of commands.entries()) values[index]!.push(cpuMs(args, {cwd: folder, home: folder}))
      }
      const floor = {what: 'node -e 0', value: Math.min(...floors)}
      return commands.map(
        ({name}, index): Row => ({metric: `CPU of ${name}`, value: Math.min(...values[index]!), unit: 'ms', floor, goal: '≤ 130 ms'}),
      )
    } finally {
      removeFolder(folder)
    }
  },
}

function aProject(folder: string): void {
  writeFileSync(
    join(folder, 'dfx.json'),
    JSON.stringify({version: 1, canisters: {backend: {type: 'custom', wasm: 'x.wasm', candid: 'x.did', declarations: {bindings: []}}}}),
  )
  mkdirSync(join(folder, '.dfx', 'local'), {recursive: true})
  writeFileSync(join(folder, '.dfx', 'local', 'canister_ids.json'), JSON.stringify({backend: {local: 'bnz7o-iuaaa-aaaaa-qaaaa-cai'}}))
}
