/** A project of twenty Motoko canisters: the first deployment, one that changes nothing, one that changes a file. And the package itself. */

import {spawnSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {removeFolder, temporaryFolder} from '../support/local-network.js'
import {repositoryRoot} from '../support/repository-root.js'
import type {Bench, Row} from './row.js'

const CANISTERS = 20
const program = join(repositoryRoot, 'bin', 'run.js')

export const projectBench: Bench = {
  name: 'project',
  async measure() {
    const folder = temporaryFolder()
    const root = join(folder, 'project')
    const run = (...args: readonly string[]): number => {
      const start = performance.now()
      const env = {PATH: process.env.PATH, HOME: folder, USERPROFILE: folder}
      const {status, stderr} = spawnSync(process.execPath, [program, ...args], {cwd: root, env, encoding: 'utf8', timeout: 300_000})
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
      return performance.now() - start
    }
    const change = (index: number, greeting: string): void =>
      writeFileSync(
        join(root, `c${index}.mo`),
        `actor { public query func greet(name : Text) : async Text { "${greeting} ${index}, " # name } }`,
      )
    try {
      mkdirSync(root)
      const canisters = Object.fromEntries(Array.from({length: CANISTERS}, (_, index) => [`c${index}`, {main: `c${index}.mo`}]))
      writeFileSync(join(root, 'dfx.json'), JSON.stringify({canisters, networks: {local: {bind: '127.0.0.1:0'}}}))
      for (let index = 0; index < CANISTERS; index++) change(index, 'Hello')
      run('start', '--background')
      const row = (metric: string, value: number, goal?: string): Row => ({metric, value, unit: 'ms', ...(goal ? {goal} : {})})
      const first = run('deploy')
      const nothing = Math.min(run('deploy'), run('deploy'))
      change(7, 'Good day')
      const once = run('deploy')
      change(9, 'Good day')
      const twice = run('deploy')
      return [
        row(`${CANISTERS} canisters, first deployment`, first),
        row(`${CANISTERS} canisters, nothing changed`, nothing, '≤ 1.5 s'),
        row(`${CANISTERS} canisters, one file changed`, Math.min(once, twice), '≤ 4 s'),
        ...packageRows(),
      ]
    } finally {
      run('stop')
      removeFolder(folder)
    }
  },
}

/** Size of what `npm pack` makes, and how many packages come with it. */
function packageRows(): Row[] {
  const npm = (...args: readonly string[]): unknown =>
    JSON.parse(spawnSync('npm', args, {cwd: repositoryRoot, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 1e8}).stdout)
  const [packed] = npm('pack', '--dry-run', '--json') as [{size: number; unpackedSize: number}]
  const names = new Set<string>()
  const visit = ({dependencies = {}}: Listed): void => {
    for (const [name, inner] of Object.entries(dependencies)) {
      names.add(name)
      visit(inner)
    }
  }
  visit(npm('ls', '--all', '--omit=dev', '--json') as Listed)
  return [
    {metric: 'tarball', value: Math.round(packed.size / 1e4) / 100, unit: 'MB'},
    {metric: 'tarball, unpacked', value: Math.round(packed.unpackedSize / 1e4) / 100, unit: 'MB'},
    {metric: 'packages that come with it', value: names.size, unit: 'packages'},
  ]
}

interface Listed {
  readonly dependencies?: Readonly<Record<string, Listed>>
}
