/** From the checked `dfx.json` to the complete project: defaults filled in, paths absolute, references between canisters checked. */
import {isAbsolute, join} from 'node:path'
import type {Principal} from '../protocol/principal.js'
import type {DfxJson} from './dfx-json.js'
import type {DfxCanister} from './dfx-json-canister.js'
import type {Mistake} from './errors.js'
import type {CanisterBase, CanisterConfig, InitializationValues, LogVisibility, Project, Pullable, TypeScriptCanister} from './project.js'

const DEFAULT_BINDINGS = ['js', 'ts', 'did'] as const

/** @param file absolute path of dfx.json. The project is complete only when `mistakes` is empty. */
export function resolveProject(
  json: DfxJson,
  root: string,
  file: string,
): {readonly project: Project; readonly mistakes: readonly Mistake[]} {
  const canisters = Object.entries(json.canisters ?? {})
  const project: Project = {
    root,
    file,
    canisters: new Map(canisters.map(([name, raw]) => [name, resolveCanister(name, raw, root)])),
    defaults: {
      build: {packtool: json.defaults?.build?.packtool || undefined, args: json.defaults?.build?.args || undefined},
      networkSections: Object.keys(json.defaults ?? {}).filter((section) => section !== 'build'),
    },
    networks: json.networks ?? {},
    profile: json.profile,
    outputEnvFile: json.output_env_file === undefined ? undefined : absolute(root, json.output_env_file),
    dfxVersion: json.dfx,
  }
  return {project, mistakes: canisters.flatMap(([name, raw]) => findDanglingDependencies(name, raw, project))}
}

function findDanglingDependencies(name: string, raw: DfxCanister, project: Project): Mistake[] {
  return (raw.dependencies ?? [])
    .map((dependency, index) => ({dependency, path: `canisters.${name}.dependencies[${index}]`}))
    .filter(({dependency}) => !project.canisters.has(dependency))
    .map(({dependency, path}) => ({path, problem: `there is no canister "${dependency}" in this file`}))
}

function resolveCanister(name: string, raw: DfxCanister, root: string): CanisterConfig {
  const base = resolveBase(name, raw, root)
  const type = raw.type ?? 'motoko'
  switch (type) {
    case 'motoko':
      return {...base, type, main: optional(root, raw.main)}
    case 'rust':
      return {
        ...base,
        type,
        package: raw.package ?? '',
        crate: raw.crate,
        candid: absolute(root, raw.candid ?? ''),
        skipCargoAudit: raw.skip_cargo_audit ?? false,
      }
    case 'azle':
    case 'typescript':
      return resolveTypeScript(base, raw, root)
    case 'python':
      return {...base, gzip: raw.gzip ?? true, type, main: absolute(root, raw.main ?? ''), requirements: optional(root, raw.requirements)}
    case 'assets':
      return {
        ...base,
        type,
        source: (raw.source ?? []).map((path) => absolute(root, path)),
        build: raw.build ?? [],
        workspace: raw.workspace,
      }
    case 'custom':
      return {
        ...base,
        type,
        wasm: absoluteOrUrl(root, raw.wasm ?? ''),
        candid: absoluteOrUrl(root, raw.candid ?? ''),
        build: raw.build ?? [],
      }
    case 'pull':
      return {...base, type, id: raw.id ?? ('' as Principal)}
    default:
      return {...base, type: 'extension', typeName: type, fields: raw.raw}
  }
}

function resolveTypeScript(base: CanisterBase, raw: DfxCanister, root: string): TypeScriptCanister {
  const {custom = {}} = raw
  return {
    ...base,
    gzip: raw.gzip ?? true,
    type: 'typescript',
    main: absolute(root, raw.main ?? ''),
    candid: custom.candid_gen === 'custom' ? absolute(root, raw.candid ?? '') : undefined,
    env: custom.env ?? [],
    isExperimental: custom.experimental ?? false,
  }
}

function resolveBase(name: string, raw: DfxCanister, root: string): CanisterBase {
  return {
    name,
    dependencies: raw.dependencies ?? [],
    declarations: {
      output: optional(root, raw.declarations?.output),
      bindings: raw.declarations?.bindings ?? DEFAULT_BINDINGS,
      envOverride: raw.declarations?.env_override,
      nodeCompatibility: raw.declarations?.node_compatibility ?? false,
    },
    hasFrontend: raw.frontend !== undefined,
    initArg: raw.init_arg,
    initArgFile: optional(root, raw.init_arg_file),
    specifiedId: raw.specified_id,
    initialization: resolveInitialization(raw),
    metadata: (raw.metadata ?? []).map((entry) => ({
      name: entry.name ?? '',
      visibility: entry.visibility ?? 'public',
      networks: entry.networks,
      path: optional(root, entry.path),
      content: entry.content,
    })),
    techStack: raw.tech_stack && Object.fromEntries(Object.entries(raw.tech_stack).filter(([, items]) => items !== undefined)),
    remote: raw.remote && {candid: optional(root, raw.remote.candid), ids: raw.remote.id ?? {}},
    pullable: raw.pullable && resolvePullable(raw.pullable),
    preInstall: raw.pre_install ?? [],
    postInstall: raw.post_install ?? [],
    shrink: raw.shrink,
    optimize: raw.optimize,
    gzip: raw.gzip ?? false,
    args: raw.args || undefined,
  }
}

function resolveInitialization({initialization_values: values = {}}: DfxCanister): InitializationValues {
  return {
    computeAllocation: values.compute_allocation,
    memoryAllocationBytes: values.memory_allocation,
    freezingThresholdSeconds: values.freezing_threshold,
    reservedCyclesLimit: values.reserved_cycles_limit,
    wasmMemoryLimitBytes: values.wasm_memory_limit,
    wasmMemoryThresholdBytes: values.wasm_memory_threshold,
    logVisibility: resolveLogVisibility(values.log_visibility),
  }
}

function resolveLogVisibility(value: NonNullable<DfxCanister['initialization_values']>['log_visibility']): LogVisibility | undefined {
  return typeof value === 'object' ? {allowedViewers: value.allowed_viewers ?? []} : value
}

function resolvePullable(raw: NonNullable<DfxCanister['pullable']>): Pullable {
  return {
    wasmUrl: raw.wasm_url ?? '',
    wasmHash: raw.wasm_hash,
    wasmHashUrl: raw.wasm_hash_url,
    dependencies: raw.dependencies ?? [],
    initGuide: raw.init_guide ?? '',
    initArg: raw.init_arg,
  }
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path)
}

function optional(root: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : absolute(root, path)
}

function absoluteOrUrl(root: string, path: string): string {
  return /^https?:\/\//.test(path) ? path : absolute(root, path)
}
