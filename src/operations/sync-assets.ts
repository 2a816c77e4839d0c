/** Uploads the frontend of a canister of type `assets`. */

import type {IcAgent} from '../agent/ic-agent.js'
import {type SyncOptions, type SyncReport, syncAssets} from '../assets/sync.js'
import type {AssetsCanister} from '../project/project.js'
import type {CanisterId} from '../protocol/principal.js'
import type {NetworkContext} from './context.js'

export interface AssetSubject {
  readonly canisterId: CanisterId
  readonly config: AssetsCanister
  readonly mode?: SyncOptions['mode']
}

/** Throws AssetSourceMissing, AssetConfigInvalid, AssetKeyTwice, AssetPermissionMissing, CallRejected. */
export async function syncCanisterAssets(
  {reporter, signal}: Pick<NetworkContext, 'reporter' | 'signal'>,
  agent: IcAgent,
  {canisterId, config, mode = 'commit'}: AssetSubject,
): Promise<SyncReport> {
  const title = mode === 'evidence' ? 'Computing evidence...' : 'Uploading assets to asset canister...'
  reporter.info(title)
  const options: SyncOptions = {canisterId, source: config.source, mode, signal, warn: reporter.warn, detail: reporter.debug}
  const report = await reporter.step(title, () => syncAssets(agent, options))
  reporter.debug(
    `${report.uploaded} contents uploaded (${report.uploadedBytes} bytes), ${report.unchanged} unchanged, ${report.deleted} assets deleted.`,
  )
  return report
}
