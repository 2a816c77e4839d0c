/** `canister request-status`: the answer to a call that somebody did not wait for. */

import {type OutputFormat, renderReply} from './call.js'
import {connectAgent} from './connect.js'
import type {ProjectContext} from './context.js'
import {getCanisterId} from './find-canister.js'

export interface RequestStatusOptions {
  readonly canister: string
  /** Hexadecimal. */
  readonly requestId: string
  readonly output: OutputFormat
}

/** Waits until the call is answered. Throws CallRejected. */
export async function readRequestStatus(
  context: ProjectContext,
  {canister, requestId, output}: RequestStatusOptions,
): Promise<{readonly reply: Uint8Array; readonly text: string}> {
  const {id} = getCanisterId(context, canister)
  const reply = await (await connectAgent(context)).waitForReply(id, requestId)
  return {reply, text: renderReply(reply, output, undefined)}
}
