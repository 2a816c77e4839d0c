/**
 * `canister_info`, `canister_metadata`, `canister_metrics`: what canisters may learn of other canisters.
 *
 * Source: IC interface specification, the methods' sections; digest management-canister section 4.
 */

import {principalToText} from '../../protocol/principal.js'
import type {CanisterChange, CanisterChangeDetails, CanisterState} from '../state/canister-state.js'
import type {CanisterIdArgs} from './lifecycle.js'
import {isController, type ManagementCall, type ManagementStep, reject, reply} from './management-call.js'

export interface CanisterInfoArgs extends CanisterIdArgs {
  readonly num_requested_changes: readonly [] | readonly [bigint]
}

export function canisterInfo(call: ManagementCall<CanisterInfoArgs>, canister: CanisterState): ManagementStep {
  const requested = call.args.num_requested_changes[0] ?? 0n
  const kept = canister.history.changes
  const count = requested > BigInt(kept.length) ? kept.length : Number(requested)
  return reply({
    total_num_changes: canister.history.totalChanges,
    recent_changes: kept.slice(kept.length - count).map(changeValue),
    module_hash: canister.code ? [canister.code.module.hash] : [],
    controllers: canister.settings.controllers,
  })
}

/** A public custom section; a private one for controllers only. */
export function canisterMetadata(call: ManagementCall<CanisterIdArgs & {readonly name: string}>, canister: CanisterState): ManagementStep {
  const section = canister.code?.module.customSections.find(({name}) => name === call.args.name)
  if (section?.visibility === 'public' || (section && isController(canister, call.sender))) return reply({value: section.content})
  return reject('IC0406', `Canister ${principalToText(canister.id)} has no metadata section '${call.args.name}' that the caller may read.`)
}

export function canisterMetrics(_call: ManagementCall<CanisterIdArgs>, {consumed}: CanisterState): ManagementStep {
  return reply({
    cycles_consumed: {
      memory: consumed.memory,
      compute_allocation: consumed.computeAllocation,
      ingress_induction: consumed.ingressInduction,
      instructions: consumed.instructions,
      request_and_response_transmission: consumed.requestAndResponseTransmission,
      uninstall: consumed.uninstall,
      canister_creation: consumed.canisterCreation,
      http_outcalls: consumed.httpOutcalls,
      burned_cycles: consumed.burned,
    },
  })
}

function changeValue(change: CanisterChange): Record<string, unknown> {
  const {origin} = change
  return {
    timestamp_nanos: change.timestampNs,
    canister_version: change.canisterVersion,
    origin:
      origin.kind === 'user'
        ? {from_user: {user_id: origin.userId}}
        : {from_canister: {canister_id: origin.canisterId, canister_version: optional(origin.canisterVersion)}},
    details: detailsValue(change.details),
  }
}

function detailsValue(details: CanisterChangeDetails): Record<string, unknown> {
  switch (details.kind) {
    case 'creation':
      return {creation: {controllers: details.controllers, environment_variables_hash: optional(details.environmentVariablesHash)}}
    case 'code_uninstall':
      return {code_uninstall: null}
    case 'code_deployment':
      return {code_deployment: {mode: {[details.mode]: null}, module_hash: details.moduleHash}}
    case 'controllers_change':
      return {controllers_change: {controllers: details.controllers}}
    case 'load_snapshot':
      return {
        load_snapshot: {
          from_canister_id: optional(details.fromCanisterId),
          snapshot_id: details.snapshotId,
          canister_version: details.canisterVersion,
          taken_at_timestamp: details.takenAtNs,
          source: {[details.source]: null},
        },
      }
  }
}

const optional = <T>(value: T | undefined): readonly [] | readonly [T] => (value === undefined ? [] : [value])
