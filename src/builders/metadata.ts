/**
 * Sections of a module that others may read: `icp:public NAME` and `icp:private NAME`.
 *
 * Source: dfx-compat, "metadata"; IC interface specification, "Canister metadata".
 */

import {readFileSync} from 'node:fs'
import {encodeUtf8, equalBytes} from '../base/bytes.js'
import type {CanisterConfig, MetadataEntry, Pullable, TechStack} from '../project/project.js'
import {principalToText} from '../protocol/principal.js'
import {addCustomSection, listCustomSections, removeCustomSections} from '../wasm/sections.js'
import type {CandidParts} from './candid-parts.js'
import {MetadataInvalid} from './errors.js'

export interface MetadataSection {
  readonly name: string
  readonly visibility: 'public' | 'private'
  readonly content: Uint8Array
}

export interface MetadataInput {
  readonly canister: CanisterConfig
  readonly network: string
  readonly candid: CandidParts | undefined
  readonly techStack: TechStack | undefined
}

/** Types whose builder leaves no interface in the module. */
const TELLS_INTERFACE: readonly string[] = ['rust', 'typescript', 'python']

const SERVICE = 'candid:service'
const ARGS = 'candid:args'
const DFX = 'dfx'

/**
 * What a module is to carry: for all but Motoko the Candid interface in public (the Motoko compiler does that itself, but breaks the
 * lines of the arguments), whatever the first entry of
 * dfx.json for each name and this network says, and the `dfx` section when there is something to tell. Throws MetadataInvalid for an
 * entry without content.
 */
export function planMetadata({canister, network, candid, techStack}: MetadataInput): MetadataSection[] {
  const sections = new Map<string, MetadataSection>()
  if (canister.type === 'motoko' && candid) sections.set(ARGS, {name: ARGS, visibility: 'public', content: encodeUtf8(candid.initArgs)})
  if (TELLS_INTERFACE.includes(canister.type) && candid) {
    sections.set(SERVICE, {name: SERVICE, visibility: 'public', content: encodeUtf8(candid.service)})
    sections.set(ARGS, {name: ARGS, visibility: 'public', content: encodeUtf8(candid.initArgs)})
  }
  const entries = canister.metadata.filter((entry) => entry.networks === undefined || entry.networks.includes(network))
  const chosen = new Set<string>()
  for (const entry of entries) {
    if (chosen.has(entry.name)) continue
    chosen.add(entry.name)
    sections.set(entry.name, {name: entry.name, visibility: entry.visibility, content: readContent(canister.name, entry, candid)})
  }
  const dfx = describeForDfx(canister, techStack)
  if (dfx) sections.set(DFX, {name: DFX, visibility: 'public', content: encodeUtf8(JSON.stringify(dfx, null, 2))})
  return [...sections.values()]
}

/** The module with these sections, each in place of any of its name. A module that has them all already comes back as it is. */
export function attachMetadata(wasm: Uint8Array, sections: readonly MetadataSection[]): Uint8Array {
  const present = new Map(listCustomSections(wasm).map(({name, content}) => [name, content]))
  const missing = sections.filter((section) => !isPresent(present, section))
  if (missing.length === 0) return wasm
  const replaced = new Set(missing.flatMap(({name}) => [`icp:public ${name}`, `icp:private ${name}`]))
  const cleared = [...replaced].some((name) => present.has(name)) ? removeCustomSections(wasm, ({name}) => replaced.has(name)) : wasm
  return missing.reduce((module, {name, visibility, content}) => addCustomSection(module, `icp:${visibility} ${name}`, content), cleared)
}

function isPresent(present: ReadonlyMap<string, Uint8Array>, {name, visibility, content}: MetadataSection): boolean {
  const found = present.get(`icp:${visibility} ${name}`)
  return found !== undefined && equalBytes(found, content)
}

function readContent(canister: string, entry: MetadataEntry, candid: CandidParts | undefined): Uint8Array {
  if (entry.path !== undefined && entry.content !== undefined)
    throw new MetadataInvalid(`Metadata '${entry.name}' of canister '${canister}' has both a path and a content.`)
  if (entry.content !== undefined) return encodeUtf8(entry.content)
  if (entry.path !== undefined) return readMetadataFile(canister, entry.name, entry.path)
  if (entry.name === SERVICE && candid) return encodeUtf8(candid.service)
  if (entry.name === ARGS && candid) return encodeUtf8(candid.initArgs)
  throw new MetadataInvalid(`Metadata '${entry.name}' of canister '${canister}' has neither a path nor a content.`)
}

function readMetadataFile(canister: string, name: string, path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    throw new MetadataInvalid(`Cannot read '${path}', the metadata '${name}' of canister '${canister}'.`, {cause})
  }
}

/** The `dfx` section: always there for motoko and rust, whose language it names. */
function describeForDfx(canister: CanisterConfig, techStack: TechStack | undefined): object | undefined {
  const language = canister.type === 'motoko' || canister.type === 'rust' ? canister.type : undefined
  const stack = techStack ?? (language === undefined ? undefined : {})
  const named = stack && language !== undefined && !stack.language ? {...stack, language: {[language]: {}}} : stack
  if (!canister.pullable && !named) return undefined
  return {...(canister.pullable ? {pullable: describePullable(canister.pullable)} : {}), ...(named ? {tech_stack: named} : {})}
}

function describePullable(pullable: Pullable): object {
  return {
    wasm_url: pullable.wasmUrl,
    ...(pullable.wasmHash === undefined ? {} : {wasm_hash: pullable.wasmHash}),
    ...(pullable.wasmHashUrl === undefined ? {} : {wasm_hash_url: pullable.wasmHashUrl}),
    dependencies: pullable.dependencies.map(principalToText),
    init_guide: pullable.initGuide,
    ...(pullable.initArg === undefined ? {} : {init_arg: pullable.initArg}),
  }
}
