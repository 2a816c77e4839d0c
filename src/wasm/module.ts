/** A decoded module: its parts as the core specification names them. Bodies and constant expressions stay bytes. */

import type {NamedSection} from './sections.js'

export interface FunctionType {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export interface Limits {
  readonly is64: boolean
  readonly isShared: boolean
  readonly minimum: number
  readonly maximum?: number
}

export interface TableType {
  readonly elementType: number
  readonly limits: Limits
}

export interface GlobalDeclaration {
  readonly type: number
  readonly isMutable: boolean
}

export type ImportType =
  | {readonly kind: 'function'; readonly typeIndex: number}
  | {readonly kind: 'table'; readonly table: TableType}
  | {readonly kind: 'memory'; readonly limits: Limits}
  | {readonly kind: 'global'; readonly global: GlobalDeclaration}

export interface Import {
  readonly module: string
  readonly name: string
  readonly type: ImportType
}

export interface Export {
  readonly name: string
  readonly kind: number
  readonly index: number
}

/** A constant expression of one instruction: its opcode, its immediate, and its bytes with the `end`. */
export interface ConstantExpression {
  readonly opcode: number
  /** The index of `ref.func` or `global.get`, the type of `ref.null`, the unsigned value of an integer constant. */
  readonly value: bigint
  readonly bytes: Uint8Array
}

export interface Global extends GlobalDeclaration {
  readonly initial: ConstantExpression
}

export interface ElementSegment {
  readonly mode: 'active' | 'passive' | 'declared'
  readonly table: number
  readonly offset?: ConstantExpression
  readonly elementType: number
  readonly items: readonly (ConstantExpression | number)[]
}

export interface DataSegment {
  readonly mode: 'active' | 'passive'
  readonly memory: number
  readonly offset?: ConstantExpression
  readonly content: Uint8Array
}

export interface WasmModule {
  readonly bytes: Uint8Array
  readonly types: readonly FunctionType[]
  readonly imports: readonly Import[]
  /** Type index of each function that is not imported. */
  readonly functions: readonly number[]
  readonly tables: readonly TableType[]
  readonly memories: readonly Limits[]
  readonly globals: readonly Global[]
  readonly exports: readonly Export[]
  readonly start?: number
  readonly elements: readonly ElementSegment[]
  readonly dataCount?: number
  /** Byte range of each body: local declarations and instructions. */
  readonly bodies: readonly {readonly start: number; readonly end: number}[]
  readonly codeSizeBytes: number
  readonly data: readonly DataSegment[]
  readonly customs: readonly NamedSection[]
}
