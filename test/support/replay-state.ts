/** Replays a state folder with the shipped program, as `icicle replay` does: what the teardown of a test asks for. */

import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import type {ReplayReport, TracedHeight} from '../../src/network/replay-process.js'
import {repositoryRoot} from './repository-root.js'

/** Throws when a height gives another root than the certified one. */
export function replayState(
  stateFolder: string,
  ...args: readonly string[]
): {readonly heights: readonly TracedHeight[]; readonly report: ReplayReport} {
  const program = join(repositoryRoot, 'dist', 'server', 'replay', 'main.js')
  const options = {encoding: 'utf8', maxBuffer: 2 ** 30, timeout: 120_000} as const
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, '--state', stateFolder, ...args], options)
  const lines = stdout.trim().split('\n')
  const last = lines.pop() ?? ''
  if (status !== 0) throw new Error(`the replay failed: ${last}${stderr}`)
  return {heights: lines.map((line) => JSON.parse(line) as TracedHeight), report: (JSON.parse(last) as {report: ReplayReport}).report}
}
