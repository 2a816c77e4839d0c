/**
 * What `npm pack` makes, installed globally into an empty home, plays the main job: the way of a user who has nothing else.
 *
 * Packages that the tarball depends on come from the npm cache or the registry, as npm is set up.
 */

import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'
import {useTemporaryFolder} from '../support/temporary-folder.js'

const MAX_TARBALL_BYTES = 12_000_000
const MAX_PACKAGES = 100

describe('the packed program', function () {
  this.timeout(300_000)
  const folder = useTemporaryFolder()

  it('installs globally into an empty home and plays the main job', () => {
    const npm = (...args: readonly string[]): string => {
      const {status, stdout, stderr} = spawnSync('npm', args, {cwd: repositoryRoot, encoding: 'utf8', shell: process.platform === 'win32'})
      assert.equal(status, 0, stderr)
      return stdout
    }
    const [packed] = JSON.parse(npm('pack', '--json', '--pack-destination', folder.path)) as [{filename: string; size: number}]
    assert.ok(packed.size < MAX_TARBALL_BYTES, `the tarball has ${packed.size} bytes`)
    const prefix = folder.file('prefix')
    npm('install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', join(folder.path, packed.filename))
    const isWindows = process.platform === 'win32'
    const modules = isWindows ? join(prefix, 'node_modules') : join(prefix, 'lib', 'node_modules')
    assert.deepEqual(
      readdirSync(modules).filter((name) => !name.startsWith('.')),
      ['icicle'],
    )
    const dependencies = JSON.parse(npm('ls', '--global', '--prefix', prefix, '--all', '--json', '--parseable=false')) as object
    const count = countPackages(dependencies)
    assert.ok(count < MAX_PACKAGES, `${count} packages`)

    const program = isWindows ? join(prefix, 'icicle.cmd') : join(prefix, 'bin', 'icicle')
    const run = (cwd: string, ...args: readonly string[]): string => {
      const env = {PATH: process.env.PATH, HOME: folder.path, USERPROFILE: folder.path}
      const {status, stdout, stderr} = spawnSync(program, args, {cwd, encoding: 'utf8', env, shell: isWindows, timeout: 120_000})
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`)
      return stdout
    }
    const project = folder.file('hello')
    assert.match(run(folder.path, '--version'), /^icicle \d/)
    run(folder.path, 'new', 'hello', '--type', 'motoko', '--no-frontend')
    run(project, 'start', '--background', '--host', '127.0.0.1:0')
    try {
      run(project, 'deploy')
      assert.equal(run(project, 'canister', 'call', 'hello_backend', 'greet', 'you'), '("Hello, you!")\n')
      run(project, 'cycles', 'top-up', 'hello_backend', '1T')
      assert.match(run(project, 'canister', 'status', 'hello_backend'), /^Status: Running$/m)
    } finally {
      run(project, 'stop')
    }
  })
})

interface Listed {
  readonly dependencies?: Readonly<Record<string, Listed>>
}

function countPackages(root: Listed): number {
  const names = new Set<string>()
  const visit = ({dependencies = {}}: Listed): void => {
    for (const [name, inner] of Object.entries(dependencies)) {
      names.add(name)
      visit(inner)
    }
  }
  visit(root)
  return names.size
}
