/** From what the user typed to a canister: a name of dfx.json or of the store, or a principal. */

import type {NetworkConfig} from '../project/networks.js'
import type {CanisterConfig} from '../project/project.js'
import {type CanisterId, findPrincipal} from '../protocol/principal.js'
import {CanisterUnknown} from './canister-errors.js'
import type {ProjectContext} from './context.js'

export interface FoundCanister {
  /** As typed, or the name behind an id. */
  readonly name: string
  readonly id: CanisterId
  /** It is a canister of the project, by name or by id. */
  readonly isInProject: boolean
}

/** A name wins over a principal. Throws CanisterIdNotFound, CanisterUnknown. */
export function getCanisterId(context: ProjectContext, typed: string): FoundCanister {
  const project = context.findProject()
  if (project) {
    const ids = context.canisterIds()
    const id = ids.find(typed)
    if (id !== undefined) return {name: typed, id, isInProject: true}
    if (project.canisters.has(typed)) return {name: typed, id: ids.get(typed), isInProject: true}
  }
  const principal = findPrincipal(typed)
  if (principal === undefined) throw new CanisterUnknown(typed, project ? context.canisterIds().names : [], hintFor(project !== undefined))
  const name = project && context.canisterIds().findName(principal)
  return {name: name ?? typed, id: principal, isInProject: name !== undefined}
}

/** The named canister, or with `--all` every canister of dfx.json that has an id. */
export function getCanisters(
  context: ProjectContext,
  {name, all}: {name?: string | undefined; all?: boolean | undefined},
): FoundCanister[] {
  if (!all && name !== undefined) return [getCanisterId(context, name)]
  const ids = context.canisterIds()
  return [...context.project().canisters.values()]
    .filter((canister) => canister.type !== 'pull' && !isRemoteOn(canister, context.network()))
    .map((canister) => ({name: canister.name, id: ids.get(canister.name), isInProject: true}))
}

/** Whether dfx.json says that the canister lives elsewhere on this network: it is called, but not made here. */
export function isRemoteOn(canister: CanisterConfig, network: NetworkConfig): boolean {
  const ids = canister.remote?.ids ?? {}
  return network.name in ids || '__default' in ids
}

function hintFor(hasProject: boolean): string | undefined {
  return hasProject ? undefined : 'There is no dfx.json here or above: names are known only inside a project.'
}
