/** `replay` as a child process: what it prints, line by line. */
import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import type {LocalNetwork} from '../project/networks.js'
import {ServerEnded, ServerFailed} from './errors.js'

export interface ReplayRange {
  readonly from: number | undefined
  readonly to: number | undefined
}

/** One message, as it was executed. */
export interface TracedMessage {
  readonly kind: string
  readonly caller: string
  readonly callee: string
  /** Empty for responses and tasks. */
  readonly method: string
  readonly cycles: string
  readonly instructions: string
  /** `ok`, `replied`, or the error. */
  readonly outcome: string
}

export interface TracedHeight {
  readonly height: number
  /** Nanoseconds since 1970. */
  readonly timeNs: string
  readonly root: string
  /** The certified root is known, and it is this one. */
  readonly compared: boolean
  readonly events: readonly TracedMessage[]
}

export interface ReplayReport {
  /** The checkpoint that it began from; 0 for genesis. */
  readonly baseHeight: number
  readonly fromHeight: number
  readonly toHeight: number
  /** Heights whose certified root is known. */
  readonly compared: number
  /** Checkpoints whose state was compared. */
  readonly checkpoints: readonly number[]
  readonly instructions: string
}

export interface ReplayOptions extends ReplayRange {
  readonly trace: boolean
  readonly signal: AbortSignal
  readonly onHeight: (height: TracedHeight) => void
}

type Line = TracedHeight | {readonly report: ReplayReport} | {readonly error: {code: string; message: string; hints: string[]}}

/** Throws ServerFailed with what went wrong, e.g. REPLAY_DIVERGED; ServerEnded; the reason of the signal. */
export async function runReplay(network: LocalNetwork, {from, to, trace, signal, onHeight}: ReplayOptions): Promise<ReplayReport> {
  const range = [...(from === undefined ? [] : ['--from', String(from)]), ...(to === undefined ? [] : ['--to', String(to)])]
  const program = fileURLToPath(import.meta.resolve('#entry/server/replay/main.js'))
  const child = spawn(process.execPath, [program, '--state', network.stateFolder, ...range, ...(trace ? ['--trace'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    windowsHide: true,
  })
  const kill = (): void => void child.kill()
  signal.addEventListener('abort', kill, {once: true})
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  let last: Line | undefined
  for await (const line of createInterface({input: child.stdout})) {
    last = JSON.parse(line) as Line
    if ('height' in last) onHeight(last)
  }
  const code = await ended
  signal.removeEventListener('abort', kill)
  signal.throwIfAborted()
  if (last && 'error' in last) throw new ServerFailed(last.error.code, last.error.message, last.error.hints)
  if (!last || !('report' in last)) throw new ServerEnded(`exit code ${code}`, '', undefined)
  return last.report
}
