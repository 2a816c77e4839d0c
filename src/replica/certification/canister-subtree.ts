/** `/canister/<id>` of the state tree. Source: digest certification section 1. */

import {encodeLeb128} from '../../base/leb128.js'
import {CborTagged, SELF_DESCRIBE_TAG} from '../../protocol/cbor.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import {type Principal, principalToBytes} from '../../protocol/principal.js'
import type {CanisterState, InstalledModule} from '../state/canister-state.js'
import {type LabelPath, type LabelTree, textLabel} from './label-tree.js'

const CERTIFIED_DATA = textLabel('certified_data')
const CONTROLLERS = textLabel('controllers')
const CREATED = textLabel('canister_creation_timestamp')
const INSTALLED = textLabel('last_install_timestamp')
const MODULE_HASH = textLabel('module_hash')
const METADATA = textLabel('metadata')

/** The parts of a canister that the tree shows, by identity: they are replaced, never changed in place. */
export interface CertifiedParts {
  readonly controllers: readonly Principal[]
  readonly module: InstalledModule | undefined
  readonly certifiedData: Uint8Array
  readonly lastInstalledAtNs: bigint | undefined
}

export function certifiedParts({settings, code, certifiedData, lastInstalledAtNs}: CanisterState): CertifiedParts {
  return {controllers: settings.controllers, module: code?.module, certifiedData, lastInstalledAtNs}
}

export function isSame(a: CertifiedParts, b: CertifiedParts): boolean {
  return (
    a.controllers === b.controllers &&
    a.module === b.module &&
    a.certifiedData === b.certifiedData &&
    a.lastInstalledAtNs === b.lastInstalledAtNs
  )
}

/** An empty canister shows only its controllers and when it was created. */
export function setCanister(labels: LabelTree, path: LabelPath, canister: CanisterState): void {
  const {settings, code, certifiedData, lastInstalledAtNs, createdAtNs} = canister
  labels.set([...path, CONTROLLERS], encodeControllers(settings.controllers))
  labels.set([...path, CREATED], encodeLeb128(createdAtNs))
  labels.delete([...path, METADATA])
  if (!code) {
    for (const label of [CERTIFIED_DATA, MODULE_HASH, INSTALLED]) labels.delete([...path, label])
    return
  }
  labels.set([...path, CERTIFIED_DATA], certifiedData)
  labels.set([...path, MODULE_HASH], code.module.hash)
  if (lastInstalledAtNs !== undefined) labels.set([...path, INSTALLED], encodeLeb128(lastInstalledAtNs))
  for (const {name, content} of code.module.customSections) labels.set([...path, METADATA, textLabel(name)], content)
}

/** Tagged array of byte strings: shorter principals first, equal lengths bytewise, as the settings keep them. */
export function encodeControllers(controllers: readonly Principal[]): Uint8Array {
  return encodeCbor(new CborTagged(SELF_DESCRIBE_TAG, controllers.map(principalToBytes)))
}
