/** Other processes: whether they live, how they end, who holds a port. */
import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync, readlinkSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {errorCode} from './files.js'

const POLL_MS = 20
const KILL_TIMEOUT_MS = 5_000

/** True when a process of that id exists, whoever owns it. A zombie counts as dead. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
  return !isZombie(pid)
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The command line of a process; undefined when it is gone, or the system does not tell (Windows). */
export function findCommandLine(pid: number): string | undefined {
  if (process.platform === 'linux') return commandOf(String(pid)) || undefined
  if (process.platform === 'win32') return undefined
  const {stdout} = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {encoding: 'utf8'})
  return stdout?.trim() || undefined
}

/** Waits until a process has ended; false when it lives on after the time. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; isProcessAlive(pid); await sleep(POLL_MS)) if (Date.now() > end) return false
  return true
}

/** Ends a process: first kindly, and when it still lives after the time for certain. False when it took force. */
export async function endProcess(pid: number, timeoutMs: number): Promise<boolean> {
  if (pid <= 0) return true
  sendSignal(pid, 'SIGTERM')
  if (await waitForExit(pid, timeoutMs)) return true
  sendSignal(pid, 'SIGKILL')
  await waitForExit(pid, KILL_TIMEOUT_MS)
  return false
}

/** A process that has ended in the meantime is no error. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

export interface PortHolder {
  readonly pid: number
  /** The command line, or the name of the program. */
  readonly command: string
}

/** The process that listens on a TCP port, when the system tells: Linux `/proc`; undefined elsewhere or for other users' processes. */
export function findPortHolder(port: number): PortHolder | undefined {
  if (process.platform !== 'linux') return undefined
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)))
  if (inodes.size === 0) return undefined
  const pid = listFolder('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inodes))
  return pid === undefined ? undefined : {pid: Number(pid), command: commandOf(pid)}
}

const LISTENING = '0A'

/** Socket inodes of a /proc/net/tcp table that listen on the port. Columns: sl, local_address, rem_address, st, …, inode. */
function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return readProc(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === LISTENING)
    .map((columns) => columns[9]!)
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return listFolder(`/proc/${pid}/fd`).some((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1]
    return inode !== undefined && inodes.has(inode)
  })
}

function commandOf(pid: string): string {
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || readProc(`/proc/${pid}/comm`).trim()
}

/** Entries of /proc vanish at any moment and may be closed to us: what cannot be read is empty. */
function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readLink(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
