/** Ctrl-C: the first asks the running operation to stop, the second ends the process. */
import {EXIT_INTERRUPTED} from './render-error.js'

let controller: AbortController | undefined

/** A signal that Ctrl-C, SIGTERM and a closed terminal abort. Installed at the first call: commands that never ask for it end at once, as usual. */
export function interruptSignal(): AbortSignal {
  if (controller) return controller.signal
  const installed = new AbortController()
  controller = installed
  const interrupt = (): void => {
    if (installed.signal.aborted) process.exit(EXIT_INTERRUPTED)
    installed.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
  return installed.signal
}
