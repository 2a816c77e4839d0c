/** Keeps two processes off one state: a file `lock` with the id of the process that has the folder open. */

import {closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {StoreInUse, StoreUnwritable} from './errors.js'

export interface StoreLock {
  release(): void
}

const heldHere = new Set<string>()

/** Locks the folder, made if missing. A lock left by a process that is gone is taken over. Throws StoreInUse, StoreUnwritable. */
export function lockStore(folder: string, isAlive: (pid: number) => boolean = isProcessAlive): StoreLock {
  const path = join(folder, 'lock')
  if (heldHere.has(path)) throw new StoreInUse(folder, process.pid)
  try {
    mkdirSync(folder, {recursive: true})
    if (!tryCreate(path)) takeOver(folder, path, isAlive)
  } catch (error) {
    throw error instanceof StoreInUse ? error : new StoreUnwritable(path, error)
  }
  heldHere.add(path)
  return {
    release: () => {
      if (heldHere.delete(path)) rmSync(path, {force: true})
    },
  }
}

function takeOver(folder: string, path: string, isAlive: (pid: number) => boolean): void {
  const pid = readPid(path)
  // Its own id in a lock that it does not hold: the process before had the same one, as in a container.
  if (pid !== undefined && pid !== process.pid && isAlive(pid)) throw new StoreInUse(folder, pid)
  // Of two processes here at once only one moves the file of the dead; the other may get hold of the winner's new one, and gives it back.
  const aside = `${path}.${process.pid}`
  renameSync(path, aside)
  const moved = readPid(aside)
  if (moved !== pid) {
    renameSync(aside, path)
    throw new StoreInUse(folder, moved ?? 0)
  }
  rmSync(aside, {force: true})
  if (!tryCreate(path)) throw new StoreInUse(folder, readPid(path) ?? 0)
}

function tryCreate(path: string): boolean {
  try {
    const fd = openSync(path, 'wx')
    writeSync(fd, `${process.pid}\n`)
    closeSync(fd)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when the file is gone, or was cut short by a crash. */
function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
