import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'

const MAJORS = [20, 22, 24]
/** Tiers of V8: as it likes, its baseline compiler alone, its optimising compiler alone and at once. */
const TIERS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  Liftoff: ['--liftoff-only'],
  TurboFan: ['--no-liftoff'],
}
const SEED = 77
const [ROUNDS, CANISTERS] = [50, 10]

interface Result {
  readonly version: string
  readonly hashes: readonly string[]
}

/** The npm package `node` brings the binary of a version. */
function installNode(folder: string, major: number): string {
  const prefix = join(folder, String(major))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, `node@${major}`], {
    stdio: 'pipe',
    shell: process.platform === 'win32',
  })
  return join(prefix, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

function run(node: string, flags: readonly string[], seed = SEED): Result {
  const main = join(repositoryRoot, 'build', 'test', 'support', 'scenario.main.js')
  const {stdout, stderr, status} = spawnSync(node, [...flags, '--conditions=icicle-test', main, ...[seed, ROUNDS, CANISTERS].map(String)], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    timeout: 240_000,
  })
  assert.equal(status, 0, stderr.slice(-2000))
  return JSON.parse(stdout) as Result
}

describe('the same batches', function () {
  this.timeout(900_000)
  const folder = temporaryFolder()
  let expected: Result

  before(() => {
    expected = run(process.execPath, [])
  })
  after(() => removeFolder(folder))

  for (const major of MAJORS)
    describe(`under Node ${major}`, () => {
      let node: string
      before(() => {
        node = installNode(folder, major)
      })
      for (const [tier, flags] of Object.entries(TIERS))
        it(`give the same state hashes with V8's tiers: ${tier}`, () => {
          const {version, hashes} = run(node, flags)
          console.log(`        ${version} ${flags.join(' ')}: ${hashes.at(-1)}`)
          assert.ok(version.startsWith(`v${major}.`), version)
          assert.deepEqual(hashes, expected.hashes)
        })
    })

  it('would not agree with another life: the planted bug is a seed', () => {
    assert.notDeepEqual(run(process.execPath, [], 78).hashes, expected.hashes)
  })
})
