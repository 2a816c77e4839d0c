/** Rules for exports and `icp:` custom sections (IC: `system-api.md` section 2), and what they say about the canister. */

import {encodeUtf8} from '../../base/bytes.js'
import {KIND} from '../../wasm/constants.js'
import type {WasmModule} from '../../wasm/module.js'
import {InvalidModuleError} from './errors.js'
import {MAX_CUSTOM_SECTIONS, MAX_CUSTOM_SECTIONS_BYTES, MAX_EXPORTED_METHODS, MAX_EXPORTED_NAME_BYTES} from './limits.js'
import type {CanisterMethods, CustomSection} from './types.js'

const HOOKS = {
  canister_init: 'init',
  canister_pre_upgrade: 'preUpgrade',
  canister_post_upgrade: 'postUpgrade',
  canister_inspect_message: 'inspectMessage',
  canister_heartbeat: 'heartbeat',
  canister_global_timer: 'globalTimer',
  canister_on_low_wasm_memory: 'onLowWasmMemory',
} as const

const METHOD_KINDS = {canister_update: 'update', canister_query: 'query', canister_composite_query: 'compositeQuery'} as const

/** Names that the reference implementation keeps for itself. */
const RESERVED_NAMES = new Set([
  'canister counter_instructions',
  'canister_start',
  'canister counter_dirty_pages',
  'canister counter_accessed_pages',
  'stable_memory',
  'stable_memory_bytemap',
])

/** Methods and hooks of a module. `typeOf` gives a function's type index. Throws InvalidModuleError. */
export function readMethods(module: WasmModule, functionTypes: readonly number[]): CanisterMethods {
  const methods = {update: [] as string[], query: [] as string[], compositeQuery: [] as string[]}
  const hooks = new Set<string>()
  const names = new Set<string>()
  for (const {name, kind, index} of module.exports) {
    if (RESERVED_NAMES.has(name)) throw new InvalidModuleError(`Exporting reserved symbol "${name}" is not allowed.`)
    if (kind !== KIND.function || !name.startsWith('canister_')) continue
    checkSignature(module, functionTypes[index]!, name)
    if (Object.hasOwn(HOOKS, name)) hooks.add(HOOKS[name as keyof typeof HOOKS])
    else addMethod(name, methods, names)
  }
  checkCounts(names)
  const has = (hook: string): boolean => hooks.has(hook)
  return {
    ...methods,
    init: has('init'),
    preUpgrade: has('preUpgrade'),
    postUpgrade: has('postUpgrade'),
    inspectMessage: has('inspectMessage'),
    heartbeat: has('heartbeat'),
    globalTimer: has('globalTimer'),
    onLowWasmMemory: has('onLowWasmMemory'),
    start: module.start !== undefined,
  }
}

function addMethod(exported: string, methods: Record<'update' | 'query' | 'compositeQuery', string[]>, names: Set<string>): void {
  const space = exported.indexOf(' ')
  const prefix = exported.slice(0, space)
  if (space < 0 || !Object.hasOwn(METHOD_KINDS, prefix))
    throw new InvalidModuleError(`Exporting reserved function '${exported}' with "canister_" prefix.`)
  const name = exported.slice(space + 1)
  if (names.has(name)) throw new InvalidModuleError(`Duplicate function name '${name}' exported multiple times.`)
  names.add(name)
  methods[METHOD_KINDS[prefix as keyof typeof METHOD_KINDS]].push(name)
}

function checkSignature(module: WasmModule, typeIndex: number, name: string): void {
  const {params, results} = module.types[typeIndex]!
  if (params.length > 0) throw new InvalidModuleError(`Expected input params [] for '${name}', got ${params.length} of them.`)
  if (results.length > 0) throw new InvalidModuleError(`Expected return type [] for '${name}', got ${results.length} results.`)
}

function checkCounts(names: ReadonlySet<string>): void {
  const what = '`canister_update <name>`, `canister_query <name>`, or `canister_composite_query <name>`'
  if (names.size > MAX_EXPORTED_METHODS)
    throw new InvalidModuleError(`The number of exported functions called ${what} is ${names.size} which exceeds ${MAX_EXPORTED_METHODS}.`)
  const bytes = [...names].reduce((sum, name) => sum + encodeUtf8(name).length, 0)
  if (bytes > MAX_EXPORTED_NAME_BYTES)
    throw new InvalidModuleError(
      `The sum of \`<name>\` lengths in exported functions called ${what} is ${bytes} which exceeds ${MAX_EXPORTED_NAME_BYTES}.`,
    )
}

const CUSTOM_PREFIX = 'icp:'

/** The `icp:public` and `icp:private` sections; others that begin with `icp:` are refused. Throws InvalidModuleError. */
export function readCustomSections(module: WasmModule): CustomSection[] {
  const found = new Map<string, CustomSection>()
  const sections = module.customs.filter(({name}) => name.startsWith(CUSTOM_PREFIX))
  if (sections.length > MAX_CUSTOM_SECTIONS)
    throw new InvalidModuleError(
      `Wasm module defined ${sections.length} custom sections which exceeds the maximum number allowed ${MAX_CUSTOM_SECTIONS}.`,
    )
  let bytes = 0
  for (const section of sections) {
    const custom = readCustomSection(section.name, section.content)
    if (found.has(custom.name)) throw new InvalidModuleError(`Invalid custom section: name ${custom.name} already exists`)
    found.set(custom.name, custom)
    bytes += encodeUtf8(custom.name).length + custom.content.length
  }
  if (bytes > MAX_CUSTOM_SECTIONS_BYTES)
    throw new InvalidModuleError(
      `Invalid custom section: total size of the custom sections exceeds the maximum allowed: size ${bytes} bytes, allowed ${MAX_CUSTOM_SECTIONS_BYTES} bytes`,
    )
  return [...found.values()]
}

function readCustomSection(name: string, content: Uint8Array): CustomSection {
  for (const visibility of ['public', 'private'] as const) {
    const prefix = `${CUSTOM_PREFIX}${visibility} `
    if (name.startsWith(prefix)) return {visibility, name: name.slice(prefix.length), content: content.slice()}
  }
  throw new InvalidModuleError(`Invalid custom section: Custom section '${name}' has no public/private visibility`)
}
