/**
 * The shipped program in a folder of its own, called as a user calls it: a copy of `bin`, `dist` and `templates` whose server is the
 * fake of `fixtures/`, a home and a working folder that are empty. Needs a fresh `dist` (`node bin/build.js`).
 */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {packageRoot} from '../../src/io/program.js'
import {noteUse} from '../support/program-uses.js'

const TIMEOUT_MS = 20_000

export interface Sandbox {
  /** The working folder of `run`. */
  readonly folder: string
  readonly home: string
  /** `bin/run.js` of the copy. */
  readonly program: string
  /** A link to the program, called dfx. */
  readonly dfx: string
  readonly env: NodeJS.ProcessEnv
  run(...args: readonly string[]): Outcome
  /** As `run`, with another program, folder, environment or input. */
  runWith(options: RunOptions, ...args: readonly string[]): Outcome
}

export interface RunOptions {
  readonly program?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** To be called in a `describe`: one copy of the program for all its tests, a fresh home and folder for each. */
export function useSandbox(): Sandbox {
  let root = ''
  let base = ''
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'icicle-cli-')))
    const copy = join(root, 'icicle')
    for (const part of ['bin/run.js', 'dist', 'templates', 'package.json', 'oclif.manifest.json'])
      cpSync(join(packageRoot(), part), join(copy, part), {recursive: true})
    cpSync(join(packageRoot(), 'test', 'cli', 'fixtures', 'fake-server.mjs'), join(copy, 'dist', 'server', 'main.js'))
    symlinkSync(join(copy, 'bin', 'run.js'), join(root, 'dfx'))
  })
  after(() => rmSync(root, {recursive: true, force: true}))
  beforeEach(() => {
    base = mkdtempSync(join(root, 'case-'))
    for (const name of ['home', 'work']) mkdirSync(join(base, name))
  })
  afterEach(() => {
    sandbox.run('stop')
  })
  const sandbox: Sandbox = {
    get folder() {
      return join(base, 'work')
    },
    get home() {
      return join(base, 'home')
    },
    get program() {
      return join(root, 'icicle', 'bin', 'run.js')
    },
    get dfx() {
      return join(root, 'dfx')
    },
    get env() {
      return {PATH: process.env.PATH, HOME: join(base, 'home')}
    },
    run: (...args) => sandbox.runWith({}, ...args),
    runWith({program = sandbox.program, cwd = sandbox.folder, env = {}, input = ''}, ...args) {
      noteUse(args)
      return outcomeOf(
        spawnSync(process.execPath, [program, ...args], {cwd, input, encoding: 'utf8', timeout: TIMEOUT_MS, env: {...sandbox.env, ...env}}),
      )
    },
  }
  return sandbox
}

function outcomeOf({status, stdout, stderr}: SpawnSyncReturns<string>): Outcome {
  return {exitCode: status, stdout, stderr}
}
