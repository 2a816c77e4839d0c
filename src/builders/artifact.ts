/** What a builder makes of a canister. */

export interface Artifact {
  /** The module as it will be installed, metadata sections included, not compressed. */
  readonly wasm: Uint8Array
  /** Candid interface with the init arguments in front of the service, when the builder knows one. */
  readonly candid?: string
  /** Motoko's stable signature (`.most`). */
  readonly stableTypes?: string
}

/** A finding of a compiler, with positions counted from 1. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info'
  /** Path as the user knows it: relative to the project root. */
  readonly file: string
  readonly range: TextRange
  /** E.g. `M0096`; empty when the compiler gives none. */
  readonly code: string
  /** E.g. `type`, `syntax`, `import`. */
  readonly category: string
  readonly message: string
}

export interface TextRange {
  readonly start: TextPosition
  readonly end: TextPosition
}

export interface TextPosition {
  readonly line: number
  readonly column: number
}
