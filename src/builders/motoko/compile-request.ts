/** What travels between the program and the thread of the Motoko compiler: plain data. */

export interface CompileRequest {
  readonly id: number
  readonly task: CompileTask
}

export type CompileTask =
  /** `check` stops after type checking: no module, no stable signature. */
  | {readonly kind: 'compile' | 'check'; readonly program: MotokoProgram}
  /** May a canister with the first stable signature be upgraded to the second? */
  | {readonly kind: 'compare'; readonly before: string; readonly after: string}

export interface MotokoProgram {
  /** Virtual path of the main file; one of `files`. */
  readonly main: string
  /** Virtual path → text. */
  readonly files: ReadonlyMap<string, string>
  /** Package name → virtual folder. */
  readonly packages: ReadonlyMap<string, string>
  /** Bundled packages to load: `base`, `core`. */
  readonly bundled: readonly string[]
  readonly flags: readonly string[]
  readonly collector: readonly string[]
  readonly publicMetadata: readonly string[]
  /** `canister:NAME` → canister id as text. */
  readonly aliases: ReadonlyMap<string, string>
  /** Canister id as text → Candid interface. */
  readonly interfaces: ReadonlyMap<string, string>
}

/** As the compiler gives it: positions counted from 0, columns in bytes of UTF-8. */
export interface CompilerDiagnostic {
  readonly source: string
  readonly range: {readonly start: CompilerPosition; readonly end: CompilerPosition}
  /** 1 error, 2 warning, 3 information. */
  readonly severity: number
  readonly code: string
  readonly category: string
  readonly message: string
}

interface CompilerPosition {
  readonly line: number
  readonly character: number
}

export interface CompileOutput {
  readonly diagnostics: readonly CompilerDiagnostic[]
  readonly wasm?: Uint8Array
  readonly candid?: string
  readonly stableTypes?: string
}

/** `failure`: the compiler threw. */
export type CompileReply = {readonly id: number; readonly output: CompileOutput} | {readonly id: number; readonly failure: string}
