/** The variables that build steps and hooks see, and that `.env` tells: which canisters there are and where. */

import {envNameOf} from '../project/env-file.js'
import type {CanisterId} from '../protocol/principal.js'
import {principalToText} from '../protocol/principal.js'

export interface BuildEnvironmentInput {
  readonly network: string
  readonly dfxVersion: string
  /** Every canister of the project that has an id, remote and pulled ones too. */
  readonly ids: ReadonlyMap<string, CanisterId>
  /** The canister being built, if any. */
  readonly canister?: string | undefined
  /** Canister → file of its Candid interface. */
  readonly candidFiles?: ReadonlyMap<string, string>
}

/** Sorted by name as far as canisters go: the block in `.env` must not change without cause. Source: dfx-compat, "env given to build". */
export function buildEnvironment({network, dfxVersion, ids, canister, candidFiles}: BuildEnvironmentInput): Record<string, string> {
  const variables: Record<string, string> = {DFX_VERSION: dfxVersion, DFX_NETWORK: network}
  const sorted = [...ids].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, file] of [...(candidFiles ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
    variables[`CANISTER_CANDID_PATH_${envNameOf(name)}`] = file
  for (const [name, id] of sorted) variables[`CANISTER_ID_${envNameOf(name)}`] = principalToText(id)
  const own = canister === undefined ? undefined : ids.get(canister)
  if (own !== undefined) variables.CANISTER_ID = principalToText(own)
  const ownCandid = canister === undefined ? undefined : candidFiles?.get(canister)
  if (ownCandid !== undefined) variables.CANISTER_CANDID_PATH = ownCandid
  return variables
}
