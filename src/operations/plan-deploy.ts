/** What `deploy` is going to do, worked out before anything happens: what `--dry-run` prints. */

import {type DependencyGraph, planBuildOrder} from '../builders/build-order.js'
import {CanisterNotInProject} from '../project/errors.js'
import type {NetworkConfig} from '../project/networks.js'
import type {CanisterConfig, Project} from '../project/project.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import {ModeInvalid} from './canister-errors.js'
import {isRemoteOn} from './find-canister.js'
import type {ModeName} from './install.js'

export interface DeployPlan {
  readonly network: string
  /** One canister with what it depends on, or all. */
  readonly target: string | undefined
  /** Every canister concerned, sorted by name. */
  readonly canisters: readonly PlannedCanister[]
  /** Names in the order they are built. */
  readonly build: readonly string[]
}

export interface PlannedCanister {
  readonly name: string
  readonly type: CanisterConfig['type']
  /** Undefined: it is to be created. */
  readonly id: CanisterId | undefined
  readonly mode: ModeName
  /** False for a dependency that a reinstallation must not touch. */
  readonly willInstall: boolean
}

export interface DeployPlanInput {
  readonly project: Project
  readonly network: NetworkConfig
  readonly graph: DependencyGraph
  readonly target: string | undefined
  readonly mode: ModeName
  readonly findId: (name: string) => CanisterId | undefined
}

/** Throws CanisterNotInProject, CircularDependencies, ModeInvalid. */
export function planDeploy(input: DeployPlanInput): DeployPlan {
  const {project, network, graph, target, mode} = input
  if (target !== undefined && !project.canisters.has(target)) throw new CanisterNotInProject(target, [...project.canisters.keys()])
  if (mode === 'reinstall' && target === undefined)
    throw new ModeInvalid(
      'The --mode=reinstall is only valid when deploying a single canister, because reinstallation destroys all data in the canister.',
    )
  const ours = planBuildOrder(target === undefined ? [...project.canisters.keys()] : [target], graph).filter((name) => {
    const canister = project.canisters.get(name)!
    return canister.type !== 'pull' && !isRemoteOn(canister, network)
  })
  // Reinstalling must not touch anything but the canister that was named.
  const touched = mode === 'reinstall' ? ours.filter((name) => name === target) : ours
  return {
    network: network.name,
    target,
    canisters: [...ours].sort().map((name) => ({
      name,
      type: project.canisters.get(name)!.type,
      id: input.findId(name),
      mode,
      willInstall: touched.includes(name),
    })),
    build: touched,
  }
}

/** The plan in words, one step a line. */
export function renderPlan({network, canisters, build}: DeployPlan): string {
  const creations = canisters.filter(({id}) => id === undefined)
  const installations = canisters.filter(({willInstall}) => willInstall)
  return [
    `Plan for network ${network}:`,
    ...creations.map(({name}) => `  create ${name}`),
    ...build.map((name) => `  build ${name}`),
    ...installations.map(
      ({name, id, mode}) =>
        `  ${mode === 'auto' ? 'install or upgrade' : mode} ${name}${id === undefined ? '' : ` (${principalToText(id)})`}`,
    ),
  ].join('\n')
}
