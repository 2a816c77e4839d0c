/** The variables for build steps, hooks and `.env` of a project on a network. */

import {buildEnvironment} from '../builders/build-environment.js'
import {buildOutputs} from '../builders/build-outputs.js'
import {DFX_VERSION} from '../io/program.js'
import type {CanisterId} from '../protocol/principal.js'
import type {ProjectContext} from './context.js'

/** Ids of all canisters of the project that have one, remote and pulled ones too. */
export function findKnownIds(context: ProjectContext): ReadonlyMap<string, CanisterId> {
  const ids = context.canisterIds()
  return new Map(
    [...context.project().canisters.keys()].flatMap((name) => {
      const id = ids.find(name)
      return id === undefined ? [] : [[name, id] as const]
    }),
  )
}

export interface EnvironmentSubject {
  readonly canister: string
  readonly dependencies: readonly string[]
}

/** With a subject: also its own id and the interfaces of what it depends on. */
export function projectEnvironment(context: ProjectContext, subject?: EnvironmentSubject): Record<string, string> {
  const project = context.project()
  const network = context.network()
  const named = subject ? [...subject.dependencies, subject.canister] : [...project.canisters.keys()]
  const candidFiles = new Map(named.map((name) => [name, buildOutputs(project, network, name).did]))
  return buildEnvironment({
    network: network.name,
    dfxVersion: DFX_VERSION,
    ids: findKnownIds(context),
    canister: subject?.canister,
    candidFiles,
  })
}
