/** Changes below a folder, gathered: one call for all that comes within a moment. */

import {type FSWatcher, watch} from 'node:fs'

export interface WatchOptions {
  /** A moment without changes that ends the gathering. */
  readonly quietMs: number
  /** Paths relative to the folder, with forward slashes: true for those that do not matter. */
  readonly isIgnored: (path: string) => boolean
  readonly signal: AbortSignal
}

/** Gives the changed paths of each gathering, until the signal. */
export async function* watchFolder(folder: string, {quietMs, isIgnored, signal}: WatchOptions): AsyncGenerator<readonly string[]> {
  const changed = new Set<string>()
  let wake = (): void => {}
  let timer: NodeJS.Timeout | undefined
  const settle = (): void => wake()
  const watcher: FSWatcher = watch(folder, {recursive: true, persistent: true}, (_event, name) => {
    const path = String(name ?? '').replaceAll('\\', '/')
    if (path === '' || isIgnored(path)) return
    changed.add(path)
    clearTimeout(timer)
    timer = setTimeout(settle, quietMs)
  })
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve
        if (signal.aborted) resolve()
      })
      if (signal.aborted) return
      const paths = [...changed].sort()
      changed.clear()
      if (paths.length > 0) yield paths
    }
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    watcher.close()
  }
}
