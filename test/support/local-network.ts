/** A local network for tests: the shipped server process on a free port, with its state in a temporary folder. */

import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {repositoryRoot} from './repository-root.js'

export interface LocalNetwork {
  readonly url: string
  readonly stateFolder: string
  readonly pid: number
  /** Ends it as `icicle stop` does, and waits; the state stays. */
  stop(): Promise<void>
  /** Ends it without a chance to save anything, and waits. */
  kill(): Promise<void>
  /** What it wrote to standard error so far. */
  readStderr(): string
}

/** A folder that `removeFolder` takes away again. */
export function temporaryFolder(prefix = 'icicle-test-'): string {
  return mkdtempSync(join(tmpdir(), prefix))
}

export function removeFolder(folder: string): void {
  rmSync(folder, {recursive: true, force: true, maxRetries: 5})
}

/** Starts the server on `stateFolder` and waits until it says that it is ready. `signal` kills it meanwhile. */
export async function startLocalNetwork(
  stateFolder: string,
  extraArgs: readonly string[] = [],
  signal?: AbortSignal,
): Promise<LocalNetwork> {
  const main = join(repositoryRoot, 'dist', 'server', 'main.js')
  const child = spawn(process.execPath, [main, '--state', stateFolder, '--host', '127.0.0.1', '--port', '0', ...extraArgs], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  signal?.addEventListener('abort', () => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ready = await firstLine(child)
  const answer = ready === undefined ? undefined : (JSON.parse(ready) as {ready?: true; port: number; error?: {message: string}})
  if (!answer?.ready) {
    await end(child, 'SIGKILL')
    throw new Error(`the network did not start: ${answer?.error?.message ?? stderr}`)
  }
  return {
    url: `http://127.0.0.1:${answer.port}`,
    stateFolder,
    pid: child.pid!,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    readStderr: () => stderr,
  }
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({input: child.stdout!})
    lines.once('line', resolve)
    child.once('exit', () => resolve(undefined))
  })
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
