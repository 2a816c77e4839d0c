/** Canisters of type `assets`: the frontend is built by the user's tools, the module that serves it is ready-made. */

import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {packageRoot} from '../io/program.js'
import type {AssetsCanister} from '../project/project.js'
import type {Artifact} from './artifact.js'
import {type CommandPlace, unpackModule} from './custom.js'
import {AssetModuleMissing, BuildCommandFailed} from './errors.js'
import {runCommand} from './run-command.js'

export interface AssetModule {
  readonly wasm: string
  readonly candid: string
}

/** Runs the frontend's build, then gives the asset canister. Throws BuildCommandFailed, AssetModuleMissing. */
export async function buildAssets(
  canister: AssetsCanister,
  place: CommandPlace,
  module: AssetModule = findAssetModule(),
): Promise<Artifact> {
  for (const command of planFrontendBuild(canister, place.root))
    await runCommand({...place, command, failure: `Failed to build the frontend of canister '${canister.name}' with '${command}'.`})
  const missing = canister.source.find((folder) => !existsSync(folder))
  if (missing !== undefined)
    throw new BuildCommandFailed(`The source folder '${missing}' of canister '${canister.name}' does not exist.`, {
      hints: ['Make it, or let "build" of the canister in dfx.json make it.'],
    })
  if (!existsSync(module.wasm)) throw new AssetModuleMissing(canister.name, module.wasm)
  const [wasm, candid] = await Promise.all([readFile(module.wasm), readFile(module.candid, 'utf8')])
  return {wasm: unpackModule(new Uint8Array(wasm)), candid}
}

/** The commands of dfx.json, else `npm run build` where there is a package.json. */
function planFrontendBuild({build, workspace}: AssetsCanister, root: string): readonly string[] {
  if (build.length > 0) return build
  if (workspace !== undefined) return [`npm run build --workspace ${workspace}`]
  return existsSync(join(root, 'package.json')) ? ['npm run build'] : []
}

/** DFX_ASSETS_WASM names another module; its interface is the same. */
function findAssetModule(): AssetModule {
  const folder = join(packageRoot(), 'templates', 'assetstorage')
  return {wasm: process.env.DFX_ASSETS_WASM || join(folder, 'assetstorage.wasm.gz'), candid: join(folder, 'assetstorage.did')}
}
