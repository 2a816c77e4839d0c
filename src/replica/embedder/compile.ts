/** From a canister's Wasm to a compiled, instrumented module: decode, validate, instrument, hand to V8. Never throws for a bad module. */

import {KIND} from '../../wasm/constants.js'
import {decodeModule} from '../../wasm/decode.js'
import {WasmFormatError} from '../../wasm/errors.js'
import type {WasmModule} from '../../wasm/module.js'
import {readFunctionNames} from '../../wasm/name-section.js'
import {emitModule} from './emit.js'
import {InvalidModuleError} from './errors.js'
import {MAX_MODULE_BYTES} from './limits.js'
import {ADDED_IMPORTS, makePlan, type Plan} from './plan.js'
import type {CompiledModule, CompileOptions, InvalidModule, ModuleInfo, PersistentGlobal} from './types.js'
import {readCustomSections, readMethods} from './validate-exports.js'
import {resolveImports} from './validate-imports.js'
import {checkCounts, checkIndices, globalTypeName, readHeapType, readTables} from './validate-module.js'

/** `wasm` is decompressed. The message of an InvalidModule comes without the IC's prefix. */
export function compileModule(wasm: Uint8Array, options: CompileOptions): CompiledModule | InvalidModule {
  try {
    if (wasm.length > MAX_MODULE_BYTES)
      throw new InvalidModuleError(`Wasm module size of ${wasm.length} exceeds the maximum allowed size of ${MAX_MODULE_BYTES}.`)
    const module = decodeModule(wasm)
    const plan = validate(module, options)
    const methods = readMethods(module, plan.functionTypes)
    const customSections = readCustomSections(module)
    const {bytes, instructionCount, dropsData} = emitModule(plan)
    return compileInstrumented(bytes, {
      variant: options.variant,
      isWasm64: plan.isWasm64,
      hasMemory: plan.hasMemory,
      initialPages: plan.initialPages,
      maximumPages: plan.maximumPages,
      exports: module.exports.filter(({kind}) => kind === KIND.function).map(({name}) => name),
      methods,
      customSections,
      instructionCount,
      globals: plan.persistent.map((index) => describeGlobal(module, index)),
      imports: [...new Set(plan.importedFunctions.map(({name}) => name))],
      functionNames: namesOf(module),
      functionShift: ADDED_IMPORTS.length,
      importedFunctions: plan.importedFunctions.length,
      functionCount: plan.functionTypes.length,
      needsFreshInstance: dropsData,
    })
  } catch (error) {
    if (error instanceof InvalidModuleError) return {kind: 'invalid', message: error.message}
    if (error instanceof WasmFormatError) return {kind: 'invalid', message: `Wasm module is malformed: ${error.message}.`}
    throw error
  }
}

/** Compiles instrumented bytes, e.g. from a cache. */
export function compileInstrumented(instrumented: Uint8Array, info: ModuleInfo): CompiledModule | InvalidModule {
  try {
    return {kind: 'compiled', module: new WebAssembly.Module(instrumented as Uint8Array<ArrayBuffer>), instrumented, info}
  } catch (error) {
    if (error instanceof WebAssembly.CompileError || error instanceof RangeError)
      return {kind: 'invalid', message: describeCompileError(error.message)}
    throw error
  }
}

function validate(module: WasmModule, {hostFunctions, variant}: CompileOptions): Plan {
  checkCounts(module)
  const heap = readHeapType(module)
  const tables = readTables(module)
  const imported = resolveImports(module, hostFunctions(heap.isWasm64), heap.isWasm64)
  const functionTypes = [...imported.map(({typeIndex}) => typeIndex), ...module.functions]
  checkIndices({module, functionTypes, tables, heap})
  return makePlan({module, variant, ...heap, importedFunctions: imported, functionTypes, tables, persistent: findPersistentGlobals(module)})
}

/** Indices of the globals that are part of a canister's state: mutable or exported. */
function findPersistentGlobals(module: WasmModule): number[] {
  const exported = new Set(module.exports.filter(({kind}) => kind === KIND.global).map(({index}) => index))
  return module.globals.flatMap(({isMutable}, index) => (isMutable || exported.has(index) ? [index] : []))
}

function describeGlobal({globals}: WasmModule, index: number): PersistentGlobal {
  const {type, isMutable} = globals[index]!
  return {type: globalTypeName(type), isMutable}
}

function namesOf(module: WasmModule): ReadonlyMap<number, string> {
  const section = module.customs.find(({name}) => name === 'name')
  return section ? readFunctionNames(section.content) : new Map()
}

/** V8's message without the name of the API it came through. */
function describeCompileError(message: string): string {
  return `Wasm module is malformed: ${message.replace(/^WebAssembly\.Module\(\): /, '')}.`
}
