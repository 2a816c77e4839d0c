/** A user with an empty home: runs the shipped program and reads what it prints. Needs a fresh `dist` (`node bin/build.js`). */

import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {removeFolder, temporaryFolder} from './local-network.js'
import {noteUse} from './program-uses.js'
import {replayState} from './replay-state.js'
import {repositoryRoot} from './repository-root.js'

export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

let count = 0

export interface UserRun {
  /** Below the working folder. */
  readonly folder?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs?: number
}

export class User {
  readonly base = temporaryFolder('icicle-user-')
  readonly home = join(this.base, 'home')
  readonly work = join(this.base, 'work')

  /** Of its local network: not the usual one, which the developer's own network may have. */
  readonly port = 20_000 + ((process.pid * 8 + count++) % 12_000)

  constructor() {
    const config = join(this.home, '.config', 'dfx')
    for (const folder of [config, this.work]) mkdirSync(folder, {recursive: true})
    const networks = {local: {bind: `127.0.0.1:${this.port}`, type: 'ephemeral'}}
    writeFileSync(join(config, 'networks.json'), JSON.stringify(networks))
  }

  /** `icicle …args` in `folder`, a path below the working folder. */
  run(folder: string, ...args: readonly string[]): Outcome {
    return this.runWith({folder}, ...args)
  }

  /** As `run`, with other variables or something on standard input. */
  runWith({folder = '', env = {}, input = '', timeoutMs = 120_000}: UserRun, ...args: readonly string[]): Outcome {
    noteUse(args)
    const {status, stdout, stderr} = spawnSync(process.execPath, [join(repositoryRoot, 'bin', 'run.js'), ...args], {
      cwd: join(this.work, folder),
      env: {PATH: process.env.PATH, HOME: this.home, USERPROFILE: this.home, NO_COLOR: '1', ...env},
      encoding: 'utf8',
      input,
      timeout: timeoutMs,
    })
    return {exitCode: status, stdout, stderr}
  }

  /** `run` that must succeed; gives standard output. */
  succeed(folder: string, ...args: readonly string[]): string {
    const outcome = this.run(folder, ...args)
    if (outcome.exitCode !== 0)
      throw new Error(`icicle ${args.join(' ')} ended with ${outcome.exitCode}:\n${outcome.stderr}${outcome.stdout}`)
    return outcome.stdout
  }

  /** Every file below the working folder with its content, to see that nothing changed. */
  snapshot(folder = ''): Record<string, string> {
    const root = join(this.work, folder)
    const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((file) => statSync(join(root, file)).isFile())
    return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(root, file), 'latin1')]))
  }

  /** Stops the local network, replays its past against the certified roots, and removes everything. */
  leave(): void {
    this.run('', 'stop')
    try {
      for (const state of this.#listStates()) replayState(state)
    } finally {
      removeFolder(this.base)
    }
  }

  /** Of the user's network, and of networks that projects define. */
  #listStates(): string[] {
    const projects = readdirSync(this.work, {withFileTypes: true}).filter((entry) => entry.isDirectory())
    const networks = [this.work, ...projects.map(({name}) => join(this.work, name))].map((project) =>
      join(project, '.dfx', 'network', 'local'),
    )
    const shared = join(this.home, '.local', 'share', 'dfx', 'network', 'local')
    return [shared, ...networks].map((network) => join(network, 'icicle')).filter((state) => existsSync(join(state, 'log')))
  }
}
