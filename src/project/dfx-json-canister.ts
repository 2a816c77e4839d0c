/** The shape of one canister in `dfx.json`. */
import {BINDINGS, OPTIMIZE_LEVELS} from './project.js'
import {
  type Check,
  type Checked,
  describe,
  flag,
  isRecord,
  listOf,
  mapOf,
  type ObjectOf,
  object,
  oneOf,
  parsed,
  principal,
  type Report,
  requireFields,
  text,
  texts,
} from './schema.js'
import {findBytes, findCycles, findInteger, findSeconds} from './units.js'

const MAX_MEMORY_ALLOCATION = 12n << 30n

const bytes = parsed('bytes, e.g. 1024 or "2 GiB"', findBytes)
const allocation = parsed('bytes up to 12 GiB, e.g. "2 GiB"', (value) => {
  const size = findBytes(value)
  return size !== undefined && size <= MAX_MEMORY_ALLOCATION ? size : undefined
})
const percent = parsed('a whole number from 0 to 100', (value) => {
  const share = findInteger(value)
  return share !== undefined && share <= 100n ? share : undefined
})

const viewers = object({allowed_viewers: listOf(principal)})
const visibility = oneOf('controllers', 'public')
const logVisibility = describe<Checked<typeof viewers> | Checked<typeof visibility>>(
  {anyOf: [visibility.schema, viewers.schema]},
  (value, path, report) => (isRecord(value) ? viewers(value, path, report) : visibility(value, path, report)),
)

const techItems = mapOf(mapOf(text))

const metadataFields = object({
  name: text,
  visibility: oneOf('public', 'private'),
  networks: listOf(text),
  path: text,
  content: text,
})

const metadata = describe<Checked<typeof metadataFields>>({...metadataFields.schema, required: ['name']}, (value, path, report) => {
  const entry = metadataFields(value, path, report)
  if (entry) requireFields(entry, path, ['name'], report)
  if (entry?.path !== undefined && entry.content !== undefined) report(path, 'has both "path" and "content"; keep one')
  return entry
})

const pullableFields = object({
  wasm_url: text,
  wasm_hash: text,
  wasm_hash_url: text,
  dependencies: listOf(principal),
  init_guide: text,
  init_arg: text,
})

const techStack = object({cdk: techItems, language: techItems, lib: techItems, tool: techItems, other: techItems})

/** The `dfx` metadata section of a module. */
export const dfxMetadata = object({pullable: pullableFields, tech_stack: techStack})

const shape = {
  type: text,
  dependencies: listOf(text),
  declarations: object({output: text, bindings: listOf(oneOf(...BINDINGS)), env_override: text, node_compatibility: flag}),
  frontend: object({entrypoint: text}),
  init_arg: text,
  init_arg_file: text,
  specified_id: principal,
  initialization_values: object({
    compute_allocation: percent,
    memory_allocation: allocation,
    freezing_threshold: parsed('a duration, e.g. "7days"', findSeconds),
    reserved_cycles_limit: parsed('cycles, e.g. 5000000000000 or "5T"', findCycles),
    wasm_memory_limit: bytes,
    wasm_memory_threshold: bytes,
    log_visibility: logVisibility,
  }),
  metadata: listOf(metadata),
  tech_stack: techStack,
  remote: object({candid: text, id: mapOf(principal)}),
  pullable: pullableFields,
  pre_install: texts,
  post_install: texts,
  shrink: flag,
  optimize: oneOf(...OPTIMIZE_LEVELS),
  gzip: flag,
  args: text,
  main: text,
  package: text,
  crate: text,
  candid: text,
  skip_cargo_audit: flag,
  source: listOf(text),
  build: texts,
  workspace: text,
  wasm: text,
  id: principal,
  requirements: text,
  /** azle's own settings. */
  custom: object({candid_gen: oneOf('automatic', 'custom'), env: listOf(text), experimental: flag}),
}

const fields = object(shape)

export type DfxCanister = ObjectOf<typeof shape> & {
  /** The object as written: types of extensions keep their own fields. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** What each type cannot do without. A remote canister is not built: it needs nothing. */
const REQUIRED: Readonly<Record<string, readonly (keyof typeof shape)[]>> = {
  rust: ['package', 'candid'],
  azle: ['main'],
  typescript: ['main'],
  python: ['main'],
  assets: ['source'],
  custom: ['wasm', 'candid'],
  pull: ['id'],
}

const KNOWN_TYPES = ['motoko', 'rust', 'azle', 'typescript', 'python', 'assets', 'custom', 'pull']

export const canister: Check<DfxCanister> = describe(fields.schema, (value, path, report) => {
  const checked = fields(value, path, report)
  if (!checked || !isRecord(value)) return undefined
  checkType(checked, path, report)
  if (checked.init_arg !== undefined && checked.init_arg_file !== undefined)
    report(path, 'has both "init_arg" and "init_arg_file"; keep one')
  if (checked.pullable) requireFields(checked.pullable, `${path}.pullable`, ['wasm_url', 'dependencies', 'init_guide'], report)
  return {...checked, raw: value}
})

function checkType(checked: ObjectOf<typeof shape>, path: string, report: Report): void {
  const type = checked.type ?? 'motoko'
  const near = KNOWN_TYPES.find((known) => known !== type && isOneEditApart(type, known))
  if (near)
    report(`${path}.type`, `expected ${KNOWN_TYPES.map((known) => `"${known}"`).join(' | ')} or the type of an extension, got "${type}"`)
  if (!near && !checked.remote) requireFields(checked, path, REQUIRED[type] ?? [], report)
}

/** True when one letter inserted, removed or changed makes one word of the other: most likely a slip of the finger. */
function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return Math.max(a.length, b.length) - start - end <= 1
}
