/** The reporter of the command line: results on standard output, the rest on standard error, a log file if asked for. */
import {appendFileSync} from 'node:fs'
import type {Reporter, Step} from '../operations/reporter.js'

export interface ReporterOptions {
  /** `-v` counts up, `-q` down: 2 trace, 1 debug, 0 info, -1 warnings, -2 errors, -4 nothing. */
  readonly verbosity: number
  readonly log: 'stderr' | 'tee' | 'file'
  readonly logFile: string
  /** With `--json` a result is the command's value alone. */
  readonly isJson: boolean
  readonly stdout: Writable
  readonly stderr: Writable
}

/** The part of a stream that is used here. */
export interface Writable {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const SPINNER_INTERVAL_MS = 80
const CLEAR_LINE = '\r\u001b[K'

export function createReporter(options: ReporterOptions): Reporter {
  const {verbosity, log, logFile, stdout, stderr} = options
  let spinner: Spinner | undefined
  const say = (level: number, text: string): void => {
    if (verbosity < level) return
    if (log !== 'stderr') appendFileSync(logFile, `${text}\n`)
    if (log === 'file') return
    spinner?.hide()
    stderr.write(`${text}\n`)
  }
  return {
    result(text) {
      if (options.isJson) return
      spinner?.hide()
      stdout.write(`${text}\n`)
    },
    info: (text) => say(0, text),
    secret(text) {
      if (verbosity < 0) return
      spinner?.hide()
      stderr.write(`${text}\n`)
    },
    warn: (text) => say(-1, `WARNING: ${text}`),
    debug: (text) => say(1, text),
    trace: (text) => say(2, text),
    async step(title, work) {
      if (!stderr.isTTY || verbosity < 0 || log === 'file' || spinner) return work({update: () => {}})
      spinner = startSpinner(title, stderr)
      try {
        return await work(spinner)
      } finally {
        spinner.stop()
        spinner = undefined
      }
    },
  }
}

interface Spinner extends Step {
  /** Clears the line, so that another text can be written; the next frame comes back by itself. */
  hide(): void
  stop(): void
}

function startSpinner(first: string, stderr: Writable): Spinner {
  let title = first
  let frame = 0
  const draw = (): void => {
    stderr.write(`${CLEAR_LINE}${SPINNER[frame++ % SPINNER.length]} ${title}`)
  }
  draw()
  const timer = setInterval(draw, SPINNER_INTERVAL_MS)
  timer.unref()
  const hide = (): void => {
    stderr.write(CLEAR_LINE)
  }
  return {
    update: (next) => {
      title = next
    },
    hide,
    stop: () => {
      clearInterval(timer)
      hide()
    },
  }
}
