/** Starts the local network: a process of its own, `node dist/server/main.js --state DIR --host H --port P`, healthy when this returns. */
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {findText, writeJson} from '../io/files.js'
import {endProcess, findPortHolder} from '../io/processes.js'
import {icicleVersion} from '../io/program.js'
import {type LocalNetwork, showBind} from '../project/networks.js'
import {NetworkAlreadyRunning, PortInUse, ServerFailed} from './errors.js'
import {waitUntilHealthy} from './ping-network.js'
import {isPortFree} from './port.js'
import {findRunningNetwork, forgetRunningNetwork, networkUrl, type RunningNetwork, recordRunningNetwork} from './running-network.js'
import {type ServerOptions, spawnBackground, spawnForeground} from './server-process.js'

const HEALTHY_TIMEOUT_MS = 30_000
/** What a server that did not become ready may take to end. */
const FAILED_TIMEOUT_MS = 3_000

export interface StartOptions extends ServerOptions {
  readonly background: boolean
}

export interface StartedNetwork extends RunningNetwork {
  readonly url: string
  /** Foreground: settles when the server has ended, with its exit code; the background goes on by itself. */
  readonly ended: Promise<number> | undefined
  /** Foreground: asks the server to end. */
  stop(): void
}

/** Gives the network once it is healthy. Throws NetworkAlreadyRunning, PortInUse, ServerFailed, ServerEnded, ServerSilent. */
export async function startNetwork(network: LocalNetwork, options: StartOptions): Promise<StartedNetwork> {
  const {bind, signal} = options
  const running = findRunningNetwork(network)
  if (running) throw new NetworkAlreadyRunning(running.pid, networkUrl(network), running.version, icicleVersion())
  if (!(await isPortFree(bind))) throw new PortInUse(showBind(bind), findPortHolder(bind.port))
  mkdirSync(network.stateFolder, {recursive: true})
  const server = options.background ? spawnBackground(network, options) : spawnForeground(network, options)
  const start = {pid: server.child.pid ?? 0, host: bind.host, port: bind.port, version: icicleVersion(), rootKey: ''}
  // From here on `stop` finds it, ready or not, and a second `start` does not get in its way.
  if (server.child.pid !== undefined) recordRunningNetwork(network, start)
  try {
    const ready = await server.ready
    const record = {...start, ...ready}
    recordRunningNetwork(network, record)
    ensureNetworkId(network)
    const url = networkUrl(network)
    await waitUntilHealthy(url, {timeoutMs: HEALTHY_TIMEOUT_MS, signal})
    if (options.background) server.child.unref()
    return {...record, url, ended: options.background ? undefined : server.exited, stop: () => void server.child.kill('SIGTERM')}
  } catch (error) {
    await endProcess(start.pid, FAILED_TIMEOUT_MS)
    forgetRunningNetwork(network)
    throw error instanceof ServerFailed && error.code === 'PORT_IN_USE' ? new PortInUse(showBind(bind), findPortHolder(bind.port)) : error
  }
}

/** The mark by which projects know that their canister ids belong to this network and not to one before a `--clean`. */
function ensureNetworkId(network: LocalNetwork): void {
  const file = join(network.folder, 'network-id')
  if (findText(file) === undefined) writeJson(file, {created: new Date().toISOString()})
}
