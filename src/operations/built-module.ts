/** What a build has left of a canister, ready to install. */

import {buildOutputs, findBuiltModule} from '../builders/build-outputs.js'
import {findText} from '../io/files.js'
import {NotBuilt} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import type {InstallSubject} from './install.js'

/** Throws NotBuilt, CanisterIdNotFound. */
export function readBuiltCanister(context: ProjectContext, name: string): InstallSubject {
  const outputs = buildOutputs(context.project(), context.network(), name)
  const id = context.canisterIds().get(name)
  const module = findBuiltModule(outputs)
  if (!module) throw new NotBuilt(name)
  return {
    name,
    id,
    config: context.project().canisters.get(name),
    module,
    candid: findText(outputs.did),
    service: findText(outputs.serviceDid),
    stableTypes: findText(outputs.stableTypes),
  }
}
