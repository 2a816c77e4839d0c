/** `start`: brings up the local network of the project or of the user. */
import {existsSync, rmSync} from 'node:fs'
import {icicleVersion, programName} from '../io/program.js'
import {cleanNetwork} from '../network/clean-network.js'
import {NetworkAlreadyRunning, NetworkDied} from '../network/errors.js'
import {findRunningNetwork, forgetRunningNetwork, networkUrl} from '../network/running-network.js'
import {serverLogPath} from '../network/server-log.js'
import {type StartedNetwork, startNetwork} from '../network/start-network.js'
import {switchState} from '../network/switch-state.js'
import {networkFolder} from '../project/canister-ids.js'
import {type Bind, findBind, type LocalNetwork, type NetworkConfig, showBind} from '../project/networks.js'
import type {Project} from '../project/project.js'
import {BindInvalid, NetworkNotLocal} from './errors.js'
import type {Reporter} from './reporter.js'

/** A server that lives shorter than this would only die again. */
const MIN_LIFE_MS = 2_000

export interface StartContext {
  readonly network: NetworkConfig
  readonly project: Project | undefined
  readonly reporter: Reporter
  readonly signal: AbortSignal
}

export interface StartRequest {
  readonly background: boolean
  /** Deletes the state first. */
  readonly clean: boolean
  /** `HOST:PORT` instead of the network's own address. */
  readonly host: string | undefined
  /** The network has the ledgers and the cycles minting canister; undefined: whatever it was started with. */
  readonly systemCanisters?: boolean | undefined
}

export interface StartReport {
  readonly network: string
  readonly url: string
  readonly pid: number
  readonly rootKey: string
  readonly deleted: readonly string[]
  /** Only for the background. */
  readonly logFile: string | undefined
}

/** In the background returns when the network is healthy; in the foreground when it has ended. */
export async function startLocalNetwork(context: StartContext, request: StartRequest): Promise<StartReport> {
  const {reporter, signal} = context
  const network = requireLocal(context.network)
  const bind = request.host === undefined ? network.bind : parseBind(request.host)
  reporter.info(`Running ${programName()} start for version ${icicleVersion()}`)
  reporter.info(describeSource(network))
  warnOfIgnoredDefaults(context, network)
  const deleted = request.clean ? clean(context, network) : []
  switchToOptions(context, network, request)
  const serverArgs = request.systemCanisters ? ['--system-canisters'] : []
  const start = (at: Bind) => startNetwork(network, {bind: at, serverArgs, background: request.background, signal, onLine: reporter.info})
  const started = await reporter.step('Starting the network…', () => start(bind))
  const address = showBind({host: started.host, port: started.port})
  const report = {network: network.name, url: started.url, pid: started.pid, rootKey: started.rootKey, deleted}
  reporter.debug(describeConfiguration(network, bind))
  if (request.background) {
    reporter.info(`Replica API running in the background on ${address}`)
    return {...report, logFile: serverLogPath(network)}
  }
  reporter.info(
    `Replica API running on ${address}. You must open a new terminal to continue developing. If you'd prefer to stop, quit with 'Ctrl-C'.`,
  )
  const restart = (port: number): Promise<StartedNetwork> => {
    forgetRunningNetwork(network)
    return start({...bind, port})
  }
  await serveUntilInterrupted(started, restart, context).finally(() => forgetRunningNetwork(network))
  return {...report, logFile: undefined}
}

/** Starts the network in the background unless it runs. */
export async function ensureLocalNetwork(context: StartContext): Promise<void> {
  const network = requireLocal(context.network)
  if (!findRunningNetwork(network)) await startLocalNetwork(context, {background: true, clean: false, host: undefined})
}

export function requireLocal(network: NetworkConfig): LocalNetwork {
  if (network.kind !== 'local') throw new NetworkNotLocal(network.name)
  return network
}

function parseBind(text: string): Bind {
  const bind = findBind(text)
  if (!bind) throw new BindInvalid(text)
  return bind
}

function describeSource({name, scope, source}: LocalNetwork): string {
  return source === undefined
    ? `Using the default configuration for the local ${scope} network.`
    : `Using the ${scope} network '${name}' defined in ${source}`
}

function describeConfiguration(network: LocalNetwork, bind: Bind): string {
  const standard = showBind(network.bind)
  const bound = showBind(bind)
  return [
    'Local server configuration:',
    `  bind address: ${bound}${bound === standard ? '' : ` (default: ${standard})`}`,
    `  data directory: ${network.stateFolder}`,
    `  scope: ${network.scope}`,
  ].join('\n')
}

function warnOfIgnoredDefaults({project, reporter}: StartContext, network: LocalNetwork): void {
  const sections = project?.defaults.networkSections ?? []
  if (network.scope !== 'shared' || sections.length === 0) return
  const names = sections.map((section) => `"${section}"`).join(', ')
  reporter.warn(`Ignoring ${names} under "defaults" of dfx.json: they do not apply to the shared network. Move them to networks.json.`)
}

/** Ids that a project keeps for a network that is gone would only mislead. */
function clean({project, reporter}: StartContext, network: LocalNetwork): readonly string[] {
  const running = findRunningNetwork(network)
  if (running) throw new NetworkAlreadyRunning(running.pid, networkUrl(network), running.version, icicleVersion())
  const ids = project && networkFolder(project, network)
  const deleted = [...cleanNetwork(network), ...(ids !== undefined && existsSync(ids) ? [ids] : [])]
  if (ids !== undefined) rmSync(ids, {recursive: true, force: true})
  for (const path of deleted) reporter.info(`Deleted ${path}`)
  return deleted
}

function switchToOptions({reporter}: StartContext, network: LocalNetwork, {systemCanisters}: StartRequest): void {
  if (systemCanisters === undefined || findRunningNetwork(network)) return
  const switched = switchState(network, {systemCanisters})
  if (!switched) return
  const again = `${programName()} start${switched.former.systemCanisters ? ' --system-canisters' : ''}`
  reporter.info(`The network with the former options is kept in ${switched.aside}: '${again}' brings it back.`)
}

/** Brings the network back, on the same port, when its process dies; gives up when it dies young. */
async function serveUntilInterrupted(
  first: StartedNetwork,
  restart: (port: number) => Promise<StartedNetwork>,
  {reporter, signal}: StartContext,
) {
  for (let started = first; ; ) {
    const since = Date.now()
    const exitCode = await endOf(started, signal)
    if (exitCode === 0 || signal.aborted) return
    if (Date.now() - since < MIN_LIFE_MS) throw new NetworkDied(exitCode)
    reporter.warn(`The network's process ended with exit code ${exitCode}. Starting it again with its state.`)
    started = await restart(started.port)
  }
}

async function endOf(started: StartedNetwork, signal: AbortSignal): Promise<number> {
  const stop = (): void => started.stop()
  signal.addEventListener('abort', stop, {once: true})
  if (signal.aborted) stop()
  const exitCode = await started.ended
  signal.removeEventListener('abort', stop)
  return exitCode ?? 0
}
