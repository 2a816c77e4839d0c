/**
 * What `deps` keeps in a project: `deps/pulled.json`, what was found on the network, and `deps/init.json`, what the canisters are
 * installed with. Source: dfx-compat, "deps".
 */

import {join} from 'node:path'
import {findText, writeJson} from '../io/files.js'
import {type CanisterId, parsePrincipal, principalToText} from '../protocol/principal.js'
import {ConfigInvalid} from './errors.js'
import {parseJson} from './json-text.js'
import type {Project} from './project.js'
import {type Check, type Checked, flag, inspect, listOf, mapOf, object, principal, text} from './schema.js'

const pulled = object({
  name: text,
  dependencies: listOf(principal),
  wasm_hash: text,
  wasm_hash_download: text,
  init_guide: text,
  init_arg: text,
  candid_args: text,
  gzip: flag,
})
const initial = object({arg_str: text, arg_raw: text})

export type PulledCanister = Checked<typeof pulled>
export type InitialArgument = Checked<typeof initial>

export const pulledJsonPath = (project: Project): string => join(project.root, 'deps', 'pulled.json')
export const initJsonPath = (project: Project): string => join(project.root, 'deps', 'init.json')
export const pulledCandidPath = (project: Project, id: CanisterId): string =>
  join(project.root, 'deps', 'candid', `${principalToText(id)}.did`)

/** Undefined when the file is not there. Throws ConfigInvalid. */
export const readPulled = (project: Project): ReadonlyMap<CanisterId, PulledCanister> | undefined => read(pulledJsonPath(project), pulled)
export const readInitial = (project: Project): ReadonlyMap<CanisterId, InitialArgument> | undefined => read(initJsonPath(project), initial)

export function writePulled(project: Project, canisters: ReadonlyMap<CanisterId, PulledCanister>): void {
  write(pulledJsonPath(project), canisters, ({dependencies, ...rest}) => ({
    ...rest,
    ...(dependencies?.length ? {dependencies: dependencies.map(principalToText)} : {}),
  }))
}

export function writeInitial(project: Project, canisters: ReadonlyMap<CanisterId, InitialArgument>): void {
  write(initJsonPath(project), canisters, ({arg_str, arg_raw}) => ({arg_str: arg_str ?? null, arg_raw: arg_raw ?? null}))
}

function read<T>(file: string, check: Check<T>): ReadonlyMap<CanisterId, T> | undefined {
  const content = findText(file)
  if (content === undefined) return undefined
  const {value, mistakes} = inspect(object({canisters: mapOf(check)}), parseJson(content, file))
  if (!value || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return new Map(Object.entries(value.canisters ?? {}).map(([id, entry]) => [parsePrincipal(id), entry as T]))
}

function write<T>(file: string, canisters: ReadonlyMap<CanisterId, T>, toJson: (entry: T) => object): void {
  const entries = [...canisters].map(([id, entry]) => [principalToText(id), toJson(entry)] as const)
  writeJson(file, {canisters: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))})
}
