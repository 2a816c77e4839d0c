/** Rules for imports (IC: `system-api.md` section 2): functions of `ic0` with their exact types, `env.memory`, `env.table`. */

import {TYPE} from '../../wasm/constants.js'
import type {Import, WasmModule} from '../../wasm/module.js'
import {InvalidModuleError} from './errors.js'
import {declaredType} from './shims.js'
import type {HostFunctionType} from './types.js'

const HOST_MODULE = 'ic0'
const ENVIRONMENT_MODULE = 'env'
const VALUE_NAMES: Readonly<Record<number, string>> = {
  [TYPE.i32]: 'I32',
  [TYPE.i64]: 'I64',
  [TYPE.f32]: 'F32',
  [TYPE.f64]: 'F64',
  [TYPE.v128]: 'V128',
  [TYPE.funcref]: 'FuncRef',
  [TYPE.externref]: 'ExternRef',
}

export interface ImportedFunction {
  readonly name: string
  readonly typeIndex: number
  readonly host: HostFunctionType
}

/** The imported functions in module order. Throws InvalidModuleError. */
export function resolveImports(
  module: WasmModule,
  hostFunctions: ReadonlyMap<string, HostFunctionType>,
  isWasm64: boolean,
): ImportedFunction[] {
  const functions: ImportedFunction[] = []
  for (const {module: from, name, type} of module.imports) {
    if (type.kind === 'function') {
      const host = findHostFunction({module: from, name, type}, hostFunctions)
      checkType(module, name, type.typeIndex, host, isWasm64)
      functions.push({name, typeIndex: type.typeIndex, host})
    } else if (type.kind === 'global') throw new InvalidModuleError('Importing globals is not allowed.')
    else if (from !== ENVIRONMENT_MODULE || name !== type.kind)
      throw new InvalidModuleError(
        `Module imports ${type.kind} '${name}' from '${from}'. Only imports of a ${type.kind} "${ENVIRONMENT_MODULE}.${type.kind}" are allowed.`,
      )
  }
  return functions
}

function findHostFunction({module, name}: Import, hostFunctions: ReadonlyMap<string, HostFunctionType>): HostFunctionType {
  const host = hostFunctions.get(name)
  if (host && module !== HOST_MODULE)
    throw new InvalidModuleError(
      `Module imports function "${name}" from "${module}", expected to be imported from one of ["${HOST_MODULE}"] instead.`,
    )
  if (!host) throw new InvalidModuleError(`Module imports function '${name}' from '${module}' that is not exported by the runtime.`)
  return host
}

function checkType(module: WasmModule, name: string, typeIndex: number, host: HostFunctionType, isWasm64: boolean): void {
  const found = module.types[typeIndex]
  if (!found) throw new InvalidModuleError(`Function import doesn't have a correct type: unknown type ${typeIndex}.`)
  const expected = declaredType(host, isWasm64)
  if (!equalTypes(expected.params, found.params))
    throw new InvalidModuleError(`Expected input params ${show(expected.params)} for '${name}', got ${show(found.params)}.`)
  if (!equalTypes(expected.results, found.results))
    throw new InvalidModuleError(`Expected return type ${show(expected.results)} for '${name}', got ${show(found.results)}.`)
}

function equalTypes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((type, index) => type === b[index])
}

function show(types: readonly number[]): string {
  return `[${types.map((type) => VALUE_NAMES[type]).join(', ')}]`
}
