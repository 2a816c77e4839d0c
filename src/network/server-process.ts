/**
 * The server as a child process, from its start to the line that says it is ready.
 *
 * It prints one line of JSON on its standard output: `{"ready":true,"host","port","pid","rootKey"}`, or `{"error":{"code","message",
 * "hints"}}` before it exits with 1. In the background its output goes to the log, and the line is read from there, so that nothing ties
 * it to the process that started it.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {closeSync} from 'node:fs'
import {createInterface} from 'node:readline'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import type {Bind, LocalNetwork} from '../project/networks.js'
import {inspect, listOf, object, port, text} from '../project/schema.js'
import {ServerEnded, ServerFailed, ServerSilent} from './errors.js'
import {followLines, openServerLog, serverLogPath} from './server-log.js'

const READY_TIMEOUT_MS = 60_000
const POLL_MS = 10
const SHOWN_LOG_LINES = 10

export interface ServerOptions {
  readonly bind: Bind
  /** Further arguments of the server. */
  readonly serverArgs?: readonly string[]
  readonly signal: AbortSignal
  /** Foreground: a line that the server prints. */
  readonly onLine?: (line: string) => void
  /** The server program; tests put one of their own here. */
  readonly serverProgram?: string
}

export interface Ready {
  readonly host: string
  readonly port: number
  readonly rootKey: string
}

export interface Server {
  readonly child: ChildProcess
  readonly ready: Promise<Ready>
  readonly exited: Promise<number>
}

/** Rejects `ready` with ServerFailed, ServerEnded, ServerSilent, or the reason of the signal. */
export function spawnForeground(network: LocalNetwork, options: ServerOptions): Server {
  const child = spawn(process.execPath, serverArguments(network, options), {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C reaches only us, who then end it in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const exited = exitOf(child)
  const lines = createInterface({input: child.stdout!})
  const ready = new Promise<Ready>((resolve, reject) => {
    lines.on('line', (line) => {
      try {
        const found = findReady(line, options.bind)
        if (found) resolve(found)
        else options.onLine?.(line)
      } catch (error) {
        reject(error)
      }
    })
    void exited.then((code) => reject(new ServerEnded(`exit code ${code}`, '', undefined)), reject)
    const silence = AbortSignal.any([options.signal, AbortSignal.timeout(READY_TIMEOUT_MS)])
    silence.addEventListener('abort', () =>
      reject(options.signal.aborted ? options.signal.reason : new ServerSilent(READY_TIMEOUT_MS, undefined)),
    )
  })
  return {child, ready, exited}
}

/** As `spawnForeground`. */
export function spawnBackground(network: LocalNetwork, options: ServerOptions): Server {
  const log = openServerLog(network)
  const child = spawn(process.execPath, serverArguments(network, options), {
    stdio: ['ignore', log, log],
    detached: true,
    windowsHide: true,
    env: {...process.env, DFX_RUNNING_IN_BACKGROUND: 'true'},
  })
  closeSync(log)
  const exited = exitOf(child)
  return {child, ready: readReadyFromLog(network, exited, options), exited}
}

async function readReadyFromLog(network: LocalNetwork, exited: Promise<number>, {bind, signal}: ServerOptions): Promise<Ready> {
  const file = serverLogPath(network)
  const nextLines = followLines(file)
  const seen: string[] = []
  let exitCode: number | undefined
  exited.then(
    (code) => {
      exitCode = code
    },
    () => {
      exitCode = -1
    },
  )
  for (const end = Date.now() + READY_TIMEOUT_MS; Date.now() < end; await sleep(POLL_MS, undefined, {signal})) {
    const hasEnded = exitCode !== undefined
    for (const line of nextLines()) {
      const ready = findReady(line, bind)
      if (ready) return ready
      seen.push(line)
    }
    if (hasEnded) throw new ServerEnded(`exit code ${exitCode}`, seen.slice(-SHOWN_LOG_LINES).join('\n'), file)
  }
  throw new ServerSilent(READY_TIMEOUT_MS, file)
}

function serverArguments(network: LocalNetwork, {bind, serverArgs = [], serverProgram}: ServerOptions): string[] {
  const program = serverProgram ?? fileURLToPath(import.meta.resolve('#entry/server/main.js'))
  const {history_mb: historyMb} = network.definition
  const history = historyMb === undefined ? [] : ['--history-mb', String(historyMb)]
  return [program, '--state', network.stateFolder, '--host', bind.host, '--port', String(bind.port), ...history, ...serverArgs]
}

const readyLine = object({host: text, port, rootKey: text})
const errorLine = object({error: object({code: text, message: text, hints: listOf(text)})})

/** The ready line, or undefined for any other. Throws ServerFailed for an error line. */
function findReady(line: string, bind: Bind): Ready | undefined {
  if (!line.startsWith('{"ready"') && !line.startsWith('{"error"')) return undefined
  const value: unknown = JSON.parse(line)
  const {error} = inspect(errorLine, value).value ?? {}
  if (error) throw new ServerFailed(error.code ?? 'SERVER_FAILED', error.message ?? line, error.hints ?? [])
  const ready = inspect(readyLine, value).value
  return {host: ready?.host ?? bind.host, port: ready?.port ?? bind.port, rootKey: ready?.rootKey ?? ''}
}

/** Exit code; 128 and the signal's number are not told apart: a signal counts as 1. Rejects when the program cannot be started. */
function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
