/** The main job with the shipped program: wall time of what a user waits for, CPU of commands that talk to a network, and of an idle network. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'
import {User} from '../support/user.js'
import {cpuMs} from './cpu-time.js'
import {type Bench, median, type Row} from './row.js'

const RUNS = 5
const IDLE_SECONDS = 3

export const mainJobBench: Bench = {
  name: 'main-job',
  async measure() {
    const user = new User()
    try {
      user.succeed('', 'new', 'hello', '--type', 'motoko', '--no-frontend')
      const rows: Row[] = [
        {
          metric: 'start --background until healthy',
          value: timed(() => user.succeed('hello', 'start', '--background')),
          unit: 'ms',
          goal: '≤ 500 ms',
        },
        {metric: 'first deploy (compiles Motoko)', value: timed(() => user.succeed('hello', 'deploy')), unit: 'ms'},
      ]
      const unchanged = Array.from({length: RUNS}, () => timed(() => user.succeed('hello', 'deploy')))
      rows.push({metric: 'deploy of an unchanged project', value: median(unchanged), unit: 'ms', goal: '≤ 1 s'})
      rows.push(...networkCommands(user))
      rows.push(await idleNetwork(user))
      return rows
    } finally {
      user.leave()
    }
  },
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function networkCommands(user: User): Row[] {
  const project = join(user.work, 'hello')
  const run = (...args: readonly string[]): number =>
    cpuMs([join(repositoryRoot, 'bin', 'run.js'), ...args], {cwd: project, home: user.home})
  const least = (...args: readonly string[]): number => Math.min(...Array.from({length: RUNS}, () => run(...args)))
  const floor = {
    what: 'node -e 0',
    value: Math.min(...Array.from({length: RUNS}, () => cpuMs(['-e', '0'], {cwd: project, home: user.home}))),
  }
  return [
    {
      metric: 'CPU of icicle canister call (query)',
      value: least('canister', 'call', 'hello_backend', 'greet', 'you'),
      unit: 'ms',
      floor,
      goal: '≤ 260 ms',
    },
    {metric: 'CPU of icicle canister status', value: least('canister', 'status', 'hello_backend'), unit: 'ms', floor, goal: '≤ 260 ms'},
    {metric: 'CPU of icicle ping', value: least('ping'), unit: 'ms', floor, goal: '≤ 260 ms'},
  ]
}

/** Linux counts a process's time in ticks of 10 ms. */
async function idleNetwork(user: User): Promise<Row> {
  const pid = readFileSync(join(user.home, '.local', 'share', 'dfx', 'network', 'local', 'pid'), 'utf8').trim()
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return Number(fields[11]) + Number(fields[12])
  }
  const before = ticks()
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000))
  return {metric: `CPU of an idle network in ${IDLE_SECONDS} s`, value: (ticks() - before) * 10, unit: 'ms', goal: 'none'}
}
