/** CPU time of a Node process from its own account. */

import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'

const probe = join(repositoryRoot, 'test', 'perf', 'cpu-probe.cjs')

/** User and system milliseconds of `node …args`. Throws when it fails. */
export function cpuMs(args: readonly string[], {cwd, home}: {readonly cwd: string; readonly home: string}): number {
  const {output, status} = spawnSync(process.execPath, ['--require', probe, ...args], {
    cwd,
    env: {PATH: process.env.PATH, HOME: home, USERPROFILE: home},
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${output[2]}`)
  return Number(output[3]) / 1000
}
