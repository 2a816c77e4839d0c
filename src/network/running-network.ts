/** The local network as a process: whether it runs, where it listens, which version serves it. */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {findText, writeJson, writeText} from '../io/files.js'
import {findCommandLine, isProcessAlive} from '../io/processes.js'
import {type LocalNetwork, type NetworkConfig, showBind} from '../project/networks.js'
import {inspect, integerBetween, object, port, text} from '../project/schema.js'

export interface RunningNetwork {
  readonly pid: number
  readonly host: string
  readonly port: number
  /** The icicle that serves it; not the one that runs now after an update of the program. */
  readonly version: string
  /** DER public key of the network, hexadecimal. */
  readonly rootKey: string
}

/** `icicle.json` is ours; `pid` and `webserver-port` are the files that scripts know from dfx. */
const RECORD_FILE = 'icicle.json'
const PID_FILE = 'pid'
const PORT_FILE = 'webserver-port'
const WILDCARD_HOSTS = ['0.0.0.0', '::']

const record = object({pid: integerBetween(1, 2 ** 31), host: text, port, version: text, rootKey: text})

/** The network's process, or undefined when it does not run (any more). */
export function findRunningNetwork(network: LocalNetwork): RunningNetwork | undefined {
  const file = join(network.folder, RECORD_FILE)
  const found = findText(file)
  if (found === undefined) return undefined
  const {pid, host, port, version, rootKey} = readRecord(found)
  if (pid === undefined || host === undefined || port === undefined || !isServerOf(network, pid)) return undefined
  return {pid, host, port, version: version ?? 'unknown', rootKey: rootKey ?? ''}
}

export function recordRunningNetwork(network: LocalNetwork, running: RunningNetwork): void {
  writeJson(join(network.folder, RECORD_FILE), running)
  writeText(join(network.folder, PID_FILE), String(running.pid))
  writeText(join(network.folder, PORT_FILE), String(running.port))
}

export function forgetRunningNetwork(network: LocalNetwork): void {
  for (const file of [RECORD_FILE, PID_FILE, PORT_FILE]) rmSync(join(network.folder, file), {force: true})
}

/** Where requests for a network go: its first provider; for a local one where it listens, or would. */
export function networkUrl(network: NetworkConfig): string {
  if (network.kind === 'remote') return network.providers[0]
  const {host, port} = findRunningNetwork(network) ?? network.bind
  return `http://${showBind({host: WILDCARD_HOSTS.includes(host) ? '127.0.0.1' : host, port})}`
}

/** True once the network was started since its last `--clean`. */
export function hasState(network: LocalNetwork): boolean {
  return existsSync(network.stateFolder)
}

/** After a crash or a restart of the computer the number may belong to a stranger, who must not be stopped. */
function isServerOf(network: LocalNetwork, pid: number): boolean {
  return isProcessAlive(pid) && (findCommandLine(pid)?.includes(network.stateFolder) ?? true)
}

/** A damaged record counts as none: it is written again at the next start. */
function readRecord(content: string): NonNullable<ReturnType<typeof record>> {
  try {
    return inspect(record, JSON.parse(content)).value ?? {}
  } catch {
    return {}
  }
}
