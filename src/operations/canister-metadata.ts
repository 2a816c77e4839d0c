/** `canister metadata`: a section of the installed module. */

import {findMetadata} from '../agent/canister-state.js'
import {decodeUtf8} from '../base/bytes.js'
import {MetadataMissing} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'

export interface MetadataReport {
  readonly content: Uint8Array
  /** Undefined when it is not text. */
  readonly text: string | undefined
}

/** Throws MetadataMissing. */
export async function readMetadata(context: ProjectContext, canister: string, name: string): Promise<MetadataReport> {
  const {id} = getCanisterId(context, canister)
  const content = await findMetadata(await connectAgent(context), id, name)
  if (!content)
    throw new MetadataMissing(`Canister '${canister}' has no metadata '${name}'.`, {
      hints: ['Private sections can be read by controllers only.'],
    })
  return {content, text: decodeUtf8(content)}
}
