/** Uploads the frontend of a canister of type `assets`. */

import type {IcAgent} from '../agent/ic-agent.js'
import {type SyncReport, syncAssets} from '../assets/sync.js'
import type {AssetsCanister} from '../project/project.js'
import type {CanisterId} from '../protocol/principal.js'
import type {NetworkContext} from './context.js'

/** Throws AssetSourceMissing, AssetConfigInvalid, AssetKeyTwice, AssetPermissionMissing, CallRejected. */
export async function syncCanisterAssets(
  {reporter, signal}: Pick<NetworkContext, 'reporter' | 'signal'>,
  agent: IcAgent,
  {canisterId, config}: {readonly canisterId: CanisterId; readonly config: AssetsCanister},
): Promise<SyncReport> {
  reporter.info('Uploading assets to asset canister...')
  const options = {canisterId, source: config.source, signal, warn: reporter.warn, detail: reporter.debug}
  const report = await reporter.step('Uploading assets to asset canister...', () => syncAssets(agent, options))
  reporter.debug(
    `${report.uploaded} contents uploaded (${report.uploadedBytes} bytes), ${report.unchanged} unchanged, ${report.deleted} assets deleted.`,
  )
  return report
}
