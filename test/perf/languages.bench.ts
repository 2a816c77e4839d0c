/** What somebody waits for with each language: from `new` to the answer of the first call, and a build after a change. The network is running. */

import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {findRustEnvironment} from '../support/rust-environment.js'
import {User} from '../support/user.js'
import type {Bench, Row} from './row.js'

interface Language {
  readonly type: 'motoko' | 'typescript' | 'python' | 'rust'
  readonly main: string
  readonly goal: string
}

const LANGUAGES: readonly Language[] = [
  {type: 'motoko', main: 'main.mo', goal: '≤ 6 s'},
  {type: 'typescript', main: 'index.ts', goal: '≤ 6 s'},
  {type: 'python', main: 'main.py', goal: '≤ 6 s'},
  {type: 'rust', main: 'src/lib.rs', goal: '≤ 10 s after the first build'},
]

/** A first build of Rust compiles the standard library and every dependency. */
const TIMEOUT_MS = 900_000

const GREETING = `from icicle import nat64, query, text, instruction_count
from icicle._candid import encode

KINDS = (("text",),)


@query
def cost(name: text) -> nat64:
    encode(KINDS, (f"Hello, {name}!",))
    return instruction_count()
`

export const languageBench: Bench = {
  name: 'languages',
  async measure() {
    const user = new User()
    try {
      user.succeed('', 'start', '--background')
      const rows: Row[] = []
      for (const language of LANGUAGES) {
        const env = language.type === 'rust' ? shareTarget(user) : {}
        if (env) rows.push(...measureLanguage(user, language, env))
      }
      return [...rows, pythonGreeting(user)]
    } finally {
      user.leave()
    }
  },
}

/** Dependencies that were built once are built: what the goal of Rust speaks of. */
function shareTarget(user: User): Record<string, string> | undefined {
  const env = findRustEnvironment()
  return env && {...env, CARGO_TARGET_DIR: join(user.base, 'target')}
}

function measureLanguage(user: User, {type, main, goal}: Language, env: Readonly<Record<string, string>>): Row[] {
  const run = (folder: string, ...args: readonly string[]): void => {
    const {exitCode, stderr} = user.runWith({folder, env, timeoutMs: TIMEOUT_MS}, ...args)
    if (exitCode !== 0) throw new Error(`icicle ${args.join(' ')}: ${stderr}`)
  }
  const play = (project: string): number =>
    timed(() => {
      run('', 'new', project, '--type', type, '--no-frontend')
      run(project, 'deploy')
      run(project, 'canister', 'call', `${project}_backend`, 'greet', 'you')
    })
  play(`warm_${type}`)
  const first = play(`cold_${type}`)
  const file = join(user.work, `cold_${type}`, 'src', `cold_${type}_backend`, ...main.split('/'))
  writeFileSync(file, readFileSync(file, 'utf8').replace('Hello, ', 'Good day, '))
  const rebuild = timed(() => run(`cold_${type}`, 'build'))
  return [
    {metric: `${type}: from new to the first answer, caches warm`, value: first / 1000, unit: 's', goal},
    {metric: `${type}: build after a change`, value: rebuild / 1000, unit: 's', goal: '≤ 3 s'},
  ]
}

function timed(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

/** Decoding, the method and encoding; only handing the bytes over is not counted. */
function pythonGreeting(user: User): Row {
  const project = 'cold_python'
  writeFileSync(join(user.work, project, 'src', `${project}_backend`, 'main.py'), GREETING)
  user.succeed(project, 'deploy', '--yes')
  const answer = user.succeed(project, 'canister', 'call', `${project}_backend`, 'cost', 'world')
  return {
    metric: 'Python: instructions of a greeting',
    value: Number(/\(([\d_]+)/.exec(answer)![1]!.replaceAll('_', '')) / 1e6,
    unit: 'M',
    goal: '≤ 0.15 M',
  }
}
