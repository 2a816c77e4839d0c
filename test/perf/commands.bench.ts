/** CPU time of light commands, against an empty Node process. */

import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'
import {cpuMs} from './cpu-time.js'
import type {Bench, Row} from './row.js'

const RUNS = 9
const program = join(repositoryRoot, 'bin', 'run.js')

export const commandBench: Bench = {
  name: 'commands',
  async measure() {
    const folder = temporaryFolder()
    try {
      aProject(folder)
      const commands: readonly {readonly name: string; readonly args: readonly string[]}[] = [
        {name: 'icicle --version', args: [program, '--version']},
        {name: 'icicle --help', args: [program, '--help']},
        {name: 'icicle canister id', args: [program, 'canister', 'id', 'backend']},
        {name: 'icicle identity list', args: [program, 'identity', 'list']},
      ]
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
  writeFileSync(join(folder, 'dfx.json'), JSON.stringify({version: 1, canisters: {backend: {type: 'motoko', main: 'main.mo'}}}))
  mkdirSync(join(folder, '.dfx', 'local'), {recursive: true})
  writeFileSync(join(folder, '.dfx', 'local', 'canister_ids.json'), JSON.stringify({backend: {local: 'bnz7o-iuaaa-aaaaa-qaaaa-cai'}}))
}
