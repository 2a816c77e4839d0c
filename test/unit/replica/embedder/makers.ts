/** Makers for modules and instances. */

import assert from 'node:assert/strict'
import {compileModule} from '../../../../src/replica/embedder/compile.js'
import {instantiate, type WasmInstance} from '../../../../src/replica/embedder/instance.js'
import type {
  CompiledModule,
  HostFunction,
  HostFunctionType,
  InstanceHooks,
  InstanceImage,
  RunOutcome,
  Variant,
} from '../../../../src/replica/embedder/types.js'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {TYPE} from '../../../../src/wasm/constants.js'
import {encodeModule, type FunctionPart, type ModuleParts} from '../../../../src/wasm/encode.js'
import type {Code} from '../../../../src/wasm/instructions.js'

export const VARIANTS: readonly Variant[] = ['local', 'global', 'refuel']
export const PROCEDURE = {params: [], results: []}
export const LIMIT = 1_000_000

/** A few host functions, one for each way of passing values. */
export const HOST: ReadonlyMap<string, HostFunctionType> = new Map<string, HostFunctionType>([
  ['tick', {params: [], result: 'none'}],
  ['number', {params: ['i32'], result: 'i32'}],
  ['big', {params: ['i64', 'i64'], result: 'i64'}],
  ['copy', {params: ['size', 'size', 'size'], result: 'none'}],
  ['length', {params: [], result: 'size'}],
  ['unsigned', {params: ['u64'], result: 'size'}],
])

export function compile(wasm: Uint8Array, variant: Variant = 'local', host = HOST): CompiledModule {
  const compiled = compileModule(wasm, {hostFunctions: () => host, variant})
  assert.equal(compiled.kind, 'compiled', compiled.kind === 'invalid' ? compiled.message : '')
  return compiled as CompiledModule
}

export function messageOf(wasm: Uint8Array, host = HOST): string {
  const result = compileModule(wasm, {hostFunctions: () => host, variant: 'local'})
  return result.kind === 'invalid' ? result.message : 'compiled'
}

export interface Setup {
  readonly variant?: Variant
  readonly imports?: Record<string, HostFunction>
  readonly hooks?: Partial<InstanceHooks>
  readonly image?: InstanceImage
}

export function anInstance(parts: ModuleParts, setup: Setup = {}): WasmInstance {
  const {variant = 'local', imports = {}, hooks = {}, image} = setup
  return instantiate(compile(encodeModule(parts), variant), imports, {growMemory: () => true, ...hooks}, image)
}

/** A module of one exported procedure `run`. */
export function aProgram(body: Code, parts: Partial<ModuleParts> & {readonly locals?: readonly number[]} = {}): ModuleParts {
  const {locals, functions = [], ...rest} = parts
  const run: FunctionPart = {type: PROCEDURE, body, exports: ['run'], ...(locals ? {locals} : {})}
  return {memory: {minimum: 1}, ...rest, functions: [run, ...functions]}
}

export interface Run {
  readonly outcome: RunOutcome
  readonly used: number
  readonly instance: WasmInstance
  readonly heap: PagedMemory
}

/** Begins, runs the export `run`, and leaves commit or rollback to the caller. */
export function run(parts: ModuleParts, setup: Setup & {readonly limit?: number} = {}): Run {
  const instance = anInstance(parts, setup)
  const heap = new PagedMemory()
  instance.commit(heap)
  instance.begin(setup.limit ?? LIMIT)
  const outcome = instance.callExport('run')
  return {outcome, used: instance.instructionsUsed(), instance, heap}
}

export const {i32, i64, f32, f64, v128} = TYPE
