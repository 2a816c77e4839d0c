/** Where the results of a build lie: `.dfx/<network>/canisters/NAME/`, with the file names that other tools know from dfx. */

import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {EMPTY_BYTES, encodeUtf8, equalBytes} from '../base/bytes.js'
import {networkFolder} from '../project/canister-ids.js'
import type {NetworkConfig} from '../project/networks.js'
import type {Project} from '../project/project.js'
import {type CanisterId, principalToText} from '../protocol/principal.js'
import type {CandidParts} from './candid-parts.js'

export interface BuildOutputs {
  readonly folder: string
  /** The module as it is installed. */
  readonly wasm: string
  readonly gzipped: string
  readonly did: string
  readonly constructorDid: string
  readonly serviceDid: string
  readonly initArgs: string
  readonly stableTypes: string
}

export function buildOutputs(project: Project, network: NetworkConfig, canister: string): BuildOutputs {
  const folder = join(networkFolder(project, network), 'canisters', canister)
  const at = (name: string): string => join(folder, name)
  return {
    folder,
    wasm: at(`${canister}.wasm`),
    gzipped: at(`${canister}.wasm.gz`),
    did: at(`${canister}.did`),
    constructorDid: at('constructor.did'),
    serviceDid: at('service.did'),
    initArgs: at('init_args.txt'),
    stableTypes: at(`${canister}.most`),
  }
}

export interface WrittenBuild {
  /** As it will be installed, compressed or not. */
  readonly module: Uint8Array
  readonly isGzipped: boolean
  readonly candid: CandidParts | undefined
  readonly stableTypes: string | undefined
}

/** Writes what changed and removes what an earlier build left that this one does not have. */
export function writeBuildOutputs(outputs: BuildOutputs, {module, isGzipped, candid, stableTypes}: WrittenBuild): void {
  writeIfChanged(isGzipped ? outputs.gzipped : outputs.wasm, module)
  rmSync(isGzipped ? outputs.wasm : outputs.gzipped, {force: true})
  writeOrRemove(outputs.did, candid?.full)
  writeOrRemove(outputs.constructorDid, candid?.full)
  writeOrRemove(outputs.serviceDid, candid?.service)
  writeOrRemove(outputs.initArgs, candid?.initArgs)
  writeOrRemove(outputs.stableTypes, stableTypes)
}

/** Copies an interface to where editors look it up by canister id: `.dfx/<network>/canisters/idl/<id>.did`. */
export function writeInterface(project: Project, network: NetworkConfig, id: CanisterId, service: string): void {
  writeIfChanged(join(networkFolder(project, network), 'canisters', 'idl', `${principalToText(id)}.did`), encodeUtf8(service))
}

/** The module that the last build left, or undefined. */
export function findBuiltModule({wasm, gzipped}: BuildOutputs): Uint8Array | undefined {
  const file = [gzipped, wasm].find(existsSync)
  return file === undefined ? undefined : new Uint8Array(readFileSync(file))
}

function writeOrRemove(file: string, text: string | undefined): void {
  if (text === undefined) rmSync(file, {force: true})
  else writeIfChanged(file, encodeUtf8(text))
}

/** A file whose time does not change makes no other tool work again. */
function writeIfChanged(file: string, content: Uint8Array): void {
  const present = existsSync(file) ? new Uint8Array(readFileSync(file)) : EMPTY_BYTES
  if (present.length > 0 && equalBytes(present, content)) return
  mkdirSync(dirname(file), {recursive: true})
  writeFileSync(file, content)
}
