/**
 * Keeps two processes off one state: a file `lock` with the id of the process that has the folder open.
 *
 *     lock = process id ‖ newline ‖ mark ‖ newline
 *
 * Ids are used again, after a reboot and in containers almost surely: the mark tells the holder from a later process with its id, where the
 * system says when a process began.
 */

import {closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {StoreInUse, StoreUnwritable} from './errors.js'

/** What is known of processes; tests put their own behind it. */
export interface Processes {
  isAlive(pid: number): boolean
  /** Differs between two processes of one id; undefined when the system does not tell. */
  findMark(pid: number): string | undefined
}

export interface StoreLock {
  release(): void
}

const heldHere = new Set<string>()

/** Locks the folder, made if missing. A lock left by a process that is gone is taken over. Throws StoreInUse, StoreUnwritable. */
export function lockStore(folder: string, processes: Processes = systemProcesses): StoreLock {
  const path = join(folder, 'lock')
  if (heldHere.has(path)) throw new StoreInUse(folder, process.pid)
  try {
    mkdirSync(folder, {recursive: true})
    if (!tryCreate(path, processes)) takeOver(folder, path, processes)
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

function takeOver(folder: string, path: string, processes: Processes): void {
  const holder = readLock(path)
  if (holder && isHeld(holder, processes)) throw new StoreInUse(folder, holder.pid)
  // Of two processes here at once only one moves the file of the dead; the other may get hold of the winner's new one, and gives it back.
  const aside = `${path}.${process.pid}`
  renameSync(path, aside)
  const moved = readLock(aside)
  if (moved?.pid !== holder?.pid || moved?.mark !== holder?.mark) {
    renameSync(aside, path)
    throw new StoreInUse(folder, moved?.pid ?? 0)
  }
  rmSync(aside, {force: true})
  if (!tryCreate(path, processes)) throw new StoreInUse(folder, readLock(path)?.pid ?? 0)
}

interface Holder {
  readonly pid: number
  readonly mark: string
}

/** Its own id in a lock that it does not hold: the process before had the same one, as in a container. */
function isHeld({pid, mark}: Holder, processes: Processes): boolean {
  if (pid === process.pid || !processes.isAlive(pid)) return false
  return mark === '' || mark === (processes.findMark(pid) ?? mark)
}

function tryCreate(path: string, processes: Processes): boolean {
  try {
    const fd = openSync(path, 'wx')
    writeSync(fd, `${process.pid}\n${processes.findMark(process.pid) ?? ''}\n`)
    closeSync(fd)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when the file is gone, or was cut short by a crash. */
function readLock(path: string): Holder | undefined {
  try {
    const [id, mark = ''] = readFileSync(path, 'utf8').split('\n')
    const pid = Number(id)
    return Number.isSafeInteger(pid) && pid > 0 ? {pid, mark} : undefined
  } catch {
    return undefined
  }
}

export const systemProcesses: Processes = {
  isAlive: (pid) => {
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  },
  // Linux: the boot, and field 22 of /proc/<pid>/stat, the start in ticks since then; the name before it may contain spaces.
  findMark: (pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${start}`
    } catch {
      return undefined
    }
  },
}
