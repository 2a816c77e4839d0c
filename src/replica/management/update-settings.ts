/**
 * `update_settings`: changes settings, all or nothing.
 *
 * Effects: settings; version + 1; a `controllers_change` in the history when `controllers` is given.
 * Source: IC interface specification, "IC method update_settings"; digest management-canister section 2.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterState} from '../state/canister-state.js'
import {checkAllocations} from './allocations.js'
import {recordChange} from './history.js'
import {changeOrigin, type ManagementCall, type ManagementStep, reply, touch} from './management-call.js'
import {changeSettings, type SettingsArg} from './settings.js'

export interface UpdateSettingsArgs {
  readonly canister_id: CanisterId
  readonly settings: SettingsArg
  readonly sender_canister_version: readonly [] | readonly [bigint]
}

export function updateSettings(call: ManagementCall<UpdateSettingsArgs>, canister: CanisterState): ManagementStep {
  const change = changeSettings(canister.settings, call.args.settings)
  if (change.kind === 'invalid') return change.step
  const problem = checkAllocations(call, canister, change.settings)
  if (problem) return problem
  canister.settings = change.settings
  canister.version++
  if (call.args.settings.controllers.length)
    recordChange(canister, call.env.timeNs, changeOrigin(call), {kind: 'controllers_change', controllers: change.settings.controllers})
  touch(call.state, canister.id)
  return reply()
}
