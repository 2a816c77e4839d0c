/** A project as the rest of the tool sees it: complete, checked, with absolute paths. `resolve.ts` makes it from `dfx.json`. */
import type {Principal} from '../protocol/principal.js'
import type {NetworkDefinition} from './networks-json.js'

export interface Project {
  /** Absolute folder of dfx.json; commands run by a build run here. */
  readonly root: string
  /** Absolute path of dfx.json. */
  readonly file: string
  /** In the order of dfx.json. */
  readonly canisters: ReadonlyMap<string, CanisterConfig>
  readonly defaults: ProjectDefaults
  /** Networks that dfx.json defines itself. */
  readonly networks: Readonly<Record<string, NetworkDefinition>>
  readonly profile: 'Debug' | 'Release' | undefined
  /** Absolute; undefined when no `.env` is asked for. */
  readonly outputEnvFile: string | undefined
  /** The `dfx` pin, for information only. */
  readonly dfxVersion: string | undefined
}

export interface ProjectDefaults {
  readonly build: {readonly packtool: string | undefined; readonly args: string | undefined}
  /** Sections other than `build` that dfx.json sets: they concern only a network the project defines. */
  readonly networkSections: readonly string[]
}

export type CanisterConfig =
  | MotokoCanister
  | RustCanister
  | TypeScriptCanister
  | PythonCanister
  | AssetsCanister
  | CustomCanister
  | PullCanister
  | ExtensionCanister

export interface CanisterBase {
  readonly name: string
  /** Names of other canisters of the project. */
  readonly dependencies: readonly string[]
  readonly declarations: Declarations
  /** A `frontend` object is present: the URL is printed after deploy. */
  readonly hasFrontend: boolean
  /** Candid text. */
  readonly initArg: string | undefined
  /** Absolute. */
  readonly initArgFile: string | undefined
  readonly specifiedId: Principal | undefined
  readonly initialization: InitializationValues
  readonly metadata: readonly MetadataEntry[]
  readonly techStack: TechStack | undefined
  readonly remote: {readonly candid: string | undefined; readonly ids: Readonly<Record<string, Principal>>} | undefined
  readonly pullable: Pullable | undefined
  /** Shell commands. */
  readonly preInstall: readonly string[]
  readonly postInstall: readonly string[]
  /** Undefined: the default of the type (on for motoko and rust). */
  readonly shrink: boolean | undefined
  readonly optimize: OptimizeLevel | undefined
  readonly gzip: boolean
  /** Compiler arguments, as one string. */
  readonly args: string | undefined
}

export interface MotokoCanister extends CanisterBase {
  readonly type: 'motoko'
  /** Absolute; undefined only for a remote canister. */
  readonly main: string | undefined
}

export interface RustCanister extends CanisterBase {
  readonly type: 'rust'
  readonly package: string
  readonly crate: string | undefined
  /** Absolute. */
  readonly candid: string
  readonly skipCargoAudit: boolean
}

/** `azle` in dfx.json, or `typescript`. */
export interface TypeScriptCanister extends CanisterBase {
  readonly type: 'typescript'
  /** Absolute. */
  readonly main: string
  /** Absolute file of an interface of the user's own; undefined: the class tells. */
  readonly candid: string | undefined
  /** Names of variables that the canister is to see. */
  readonly env: readonly string[]
  /** azle's experimental mode, which is not built here. */
  readonly isExperimental: boolean
}

export interface PythonCanister extends CanisterBase {
  readonly type: 'python'
  /** Absolute; the modules beside it go along. */
  readonly main: string
  /** Absolute; a list of packages as pip reads it. */
  readonly requirements: string | undefined
}

export interface AssetsCanister extends CanisterBase {
  readonly type: 'assets'
  /** Absolute folders. */
  readonly source: readonly string[]
  readonly build: readonly string[]
  readonly workspace: string | undefined
}

export interface CustomCanister extends CanisterBase {
  readonly type: 'custom'
  /** An absolute path or an `http(s)://` URL. */
  readonly wasm: string
  readonly candid: string
  readonly build: readonly string[]
}

export interface PullCanister extends CanisterBase {
  readonly type: 'pull'
  readonly id: Principal
}

/** A type of another tool (kybra, an extension): its own fields as they stand in dfx.json. */
export interface ExtensionCanister extends CanisterBase {
  readonly type: 'extension'
  readonly typeName: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Declarations {
  /** Absolute; undefined: `src/declarations/NAME`. */
  readonly output: string | undefined
  readonly bindings: readonly Binding[]
  readonly envOverride: string | undefined
  readonly nodeCompatibility: boolean
}

export const BINDINGS = ['js', 'ts', 'did', 'mo', 'rs'] as const
export type Binding = (typeof BINDINGS)[number]

export const OPTIMIZE_LEVELS = ['cycles', 'size', 'O4', 'O3', 'O2', 'O1', 'O0', 'Oz', 'Os'] as const
export type OptimizeLevel = (typeof OPTIMIZE_LEVELS)[number]

export interface InitializationValues {
  /** Percent, 0 to 100. */
  readonly computeAllocation: bigint | undefined
  readonly memoryAllocationBytes: bigint | undefined
  readonly freezingThresholdSeconds: bigint | undefined
  readonly reservedCyclesLimit: bigint | undefined
  readonly wasmMemoryLimitBytes: bigint | undefined
  readonly wasmMemoryThresholdBytes: bigint | undefined
  readonly logVisibility: LogVisibility | undefined
}

export type LogVisibility = 'controllers' | 'public' | {readonly allowedViewers: readonly Principal[]}

export interface MetadataEntry {
  readonly name: string
  readonly visibility: 'public' | 'private'
  /** Undefined: on every network. */
  readonly networks: readonly string[] | undefined
  /** Absolute. */
  readonly path: string | undefined
  readonly content: string | undefined
}

export type TechStack = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>

/** The `dfx` metadata of a canister that others may pull; field names as in the file. */
export interface Pullable {
  readonly wasmUrl: string
  readonly wasmHash: string | undefined
  readonly wasmHashUrl: string | undefined
  readonly dependencies: readonly Principal[]
  readonly initGuide: string
  readonly initArg: string | undefined
}
