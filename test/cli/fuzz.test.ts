/** Nonsense in every flag and argument of every command: a sentence, never a stack. */

import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'
import {useTemporaryFolder} from '../support/temporary-folder.js'

const SEED = Number(process.env.ICICLE_FUZZ_SEED ?? 20_261_124)

interface Finding {
  readonly line?: readonly string[]
  readonly why?: string
  readonly stderr?: string
  readonly counts?: Readonly<Record<string, number>>
}

describe('every command', () => {
  const folder = useTemporaryFolder()

  /** In a project, deep inside the folder, with a network that is not there. */
  function fuzz(seed: number): Finding[] {
    const work = folder.file('a', 'b', 'c', 'work')
    mkdirSync(work, {recursive: true})
    writeFileSync(
      join(work, 'dfx.json'),
      JSON.stringify({canisters: {x: {type: 'custom', wasm: 'x.wasm', candid: 'x.did'}}, networks: {local: {bind: '127.0.0.1:9'}}}),
    )
    const {stdout, stderr, status} = spawnSync(
      process.execPath,
      [join(repositoryRoot, 'test/cli/fixtures/fuzz-flags.mjs'), repositoryRoot, String(seed)],
      {
        cwd: work,
        encoding: 'utf8',
        timeout: 110_000,
        env: {PATH: process.env.PATH, HOME: folder.path, CI: '1'},
      },
    )
    assert.equal(status, 0, stderr)
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding)
  }

  it(`answers nonsense with a clean error (seed ${SEED})`, function () {
    this.timeout(120_000)
    const findings = fuzz(SEED)
    const {counts = {}} = findings.pop()!
    assert.deepEqual(findings, [])
    // Planted: a run that executed nothing, or took everything for right, would pass without this.
    assert.ok(counts[2]! > 50 && counts[255]! > 50, JSON.stringify(counts))
  })
})
