/** What operations on canisters are given: exactly what they use, each part read at its first use. The CLI's context is one. */

import type {LoadedIdentity} from '../identity/load.js'
import type {CanisterIds} from '../project/canister-ids.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Places} from '../project/places.js'
import type {Project} from '../project/project.js'
import type {Principal} from '../protocol/principal.js'
import type {Reporter} from './reporter.js'

export interface NetworkContext {
  readonly reporter: Reporter
  readonly signal: AbortSignal
  readonly places: Places
  /** The folder the command was called in. */
  readonly folder: string
  findProject(): Project | undefined
  network(): NetworkConfig
  networkUrl(): string
  identity(): LoadedIdentity
  /** The canister in whose subnet canisters are created locally. */
  readonly effectiveCanisterId: Principal | undefined
  /** Shows a warning and asks whether to go on. */
  confirm(warning: string): Promise<boolean>
  /** Asks a question and gives the line that was typed; absent where nobody can answer. Throws at the end of the input. */
  readonly ask?: ((question: string) => Promise<string>) | undefined
}

export interface ProjectContext extends NetworkContext {
  project(): Project
  canisterIds(): CanisterIds
}
