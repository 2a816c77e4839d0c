/** A new version of a frontend for others to approve: its assets proposed, or only the evidence of what would be proposed. */

import {toHex} from '../base/bytes.js'
import {CanisterNotInProject} from '../project/errors.js'
import type {AssetsCanister} from '../project/project.js'
import {buildCanisters} from './build.js'
import {ArgumentInvalid} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {syncCanisterAssets} from './sync-assets.js'

export interface PrepareOptions {
  readonly target: string | undefined
  readonly mode: 'propose' | 'evidence'
}

export interface PreparedAssets {
  readonly canister: string
  /** Hexadecimal. */
  readonly evidence: string
  /** Undefined when nothing was proposed. */
  readonly batchId: bigint | undefined
}

/** Builds the frontend, and leaves its canister as it is. Throws ArgumentInvalid and the errors of building and syncing. */
export async function prepareAssets(context: ProjectContext, {target, mode}: PrepareOptions): Promise<PreparedAssets> {
  const config = getAssetsCanister(context, target)
  const canisterId = context.canisterIds().get(config.name)
  await buildCanisters(context, {names: [config.name]})
  const report = await syncCanisterAssets(context, await connectAgent(context), {canisterId, config, mode})
  const evidence = toHex(report.proposal?.evidence ?? report.evidence ?? new Uint8Array(0))
  if (mode === 'propose')
    context.reporter.info(
      report.proposal
        ? `Proposed commit of batch ${report.proposal.batchId} with evidence ${evidence}.  Either commit it by proposal, or delete it.`
        : 'The canister has these assets already: there is nothing to propose.',
    )
  return {canister: config.name, evidence, batchId: report.proposal?.batchId}
}

function getAssetsCanister(context: ProjectContext, name: string | undefined): AssetsCanister {
  const {canisters} = context.project()
  if (name === undefined) throw new ArgumentInvalid('Assets can be prepared for one canister only.', {hints: ['Name the canister.']})
  const config = canisters.get(name)
  if (!config) throw new CanisterNotInProject(name, [...canisters.keys()])
  if (config.type !== 'assets') throw new ArgumentInvalid(`Canister '${name}' is of type '${config.type}': it has no assets.`)
  return config
}
