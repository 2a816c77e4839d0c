/** What a command works with, each part read when first asked for: a command that needs no dfx.json never opens it. */

import {type LoadedIdentity, loadIdentity} from '../identity/load.js'
import {readChosenIdentity} from '../identity/store.js'
import {icicleVersion, programName} from '../io/program.js'
import {staleVersionHint} from '../network/errors.js'
import {findRunningNetwork, networkUrl} from '../network/running-network.js'
import type {Reporter} from '../operations/reporter.js'
import {type CanisterIds, dropForeignNetworkFolder, openCanisterIds} from '../project/canister-ids.js'
import {ProjectNotFound} from '../project/errors.js'
import {findProject} from '../project/load.js'
import {LOCAL, loadNetworksJson, MAINNET, type NetworkConfig, PLAYGROUND, resolveNetwork} from '../project/networks.js'
import {type Places, userPlaces} from '../project/places.js'
import type {Project} from '../project/project.js'
import {type Principal, parsePrincipal} from '../protocol/principal.js'
import type {ContextFlags} from './flags.js'
import {interruptSignal} from './interrupt.js'
import {askConsent, askLine, isInteractive} from './prompts.js'

export interface CommandContext {
  readonly reporter: Reporter
  readonly places: Places
  /** The folder the command was called in. */
  readonly folder: string
  /** Aborted by Ctrl-C; from the first look at it Ctrl-C no longer ends the process at once. */
  readonly signal: AbortSignal
  /** The project around the folder, or undefined. Throws on a broken dfx.json. */
  findProject(): Project | undefined
  /** Throws ProjectNotFound. */
  project(): Project
  /** From --network, --ic, --playground, DFX_NETWORK; else `local`. */
  networkName(): string
  /** Throws NetworkNotFound. */
  network(): NetworkConfig
  /** Where requests for the network go. */
  networkUrl(): string
  /** Ids of the project's canisters on the network; what was left of another network is deleted first. */
  canisterIds(): CanisterIds
  identityName(): string
  /** Makes `default` on first use. */
  identity(): LoadedIdentity
  /** From --provisional-create-canister-effective-canister-id. */
  readonly effectiveCanisterId: Principal | undefined
  /** Shows a warning and asks whether to go on. */
  confirm(warning: string): Promise<boolean>
  /** Asks a question; absent where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}

export function createContext(flags: ContextFlags, reporter: Reporter): CommandContext {
  const places = userPlaces()
  const folder = process.cwd()
  const project = once(() => findProject(folder))
  const network = once(() => resolveNetwork(networkNameOf(flags), {project: project(), shared: loadNetworksJson(places), places}))
  const context: CommandContext = {
    reporter,
    places,
    folder,
    get signal() {
      return interruptSignal()
    },
    findProject: project,
    project() {
      const found = project()
      if (!found) throw new ProjectNotFound(folder, programName())
      return found
    },
    networkName: () => networkNameOf(flags),
    network,
    networkUrl: once(() => {
      warnOfStaleServer(network(), reporter)
      return networkUrl(network())
    }),
    canisterIds: once(() => {
      dropForeignNetworkFolder(context.project(), network())
      return openCanisterIds(context.project(), network())
    }),
    identityName: () => flags.identity ?? readChosenIdentity(places),
    identity: once(() => loadIdentity({places, name: flags.identity, tell: reporter.info})),
    get effectiveCanisterId() {
      const id = flags['provisional-create-canister-effective-canister-id']
      return id === undefined ? undefined : parsePrincipal(id)
    },
    confirm: askConsent,
    ask: isInteractive() ? askLine : undefined,
  }
  return context
}

/** A newer icicle may talk to a network that an older one still serves. */
function warnOfStaleServer(network: NetworkConfig, reporter: Reporter): void {
  const running = network.kind === 'local' ? findRunningNetwork(network) : undefined
  if (running && running.version !== icicleVersion()) reporter.warn(staleVersionHint(running.version, icicleVersion()))
}

function networkNameOf({network, ic, playground}: ContextFlags): string {
  if (ic) return MAINNET
  if (playground) return PLAYGROUND
  return network ?? (process.env.DFX_NETWORK || LOCAL)
}

/** Computes a value at its first use and keeps it; an error is not kept. */
function once<T>(compute: () => T): () => T {
  let kept: {readonly value: T} | undefined
  return () => {
    kept ??= {value: compute()}
    return kept.value
  }
}
