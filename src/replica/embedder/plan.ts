/** Where everything stands in the instrumented module: types, functions, globals. Made once per module, before any body is rewritten. */

import {TYPE} from '../../wasm/constants.js'
import type {FunctionType, WasmModule} from '../../wasm/module.js'
import {COSTS_WASM32, COSTS_WASM64, type CostTable} from './costs.js'
import {isPassedUnchanged, shimmedType} from './shims.js'
import type {HostFunctionType, Variant} from './types.js'

/** Functions that the instrumented module gets besides its own, in this order after its shims. */
export const HELPERS = [
  'grow',
  'fill',
  'copy',
  'prepareInit',
  'getCounter',
  'setCounter',
  'begin',
  'saveGlobals',
  'restoreGlobals',
  'collect',
  'callTable',
  'initData',
] as const
export type HelperName = (typeof HELPERS)[number]

/** Imported functions added after the module's own; all from module `icicle`. */
export const ADDED_IMPORTS = ['growMemory', 'outOfSlice'] as const

export interface Plan {
  readonly module: WasmModule
  readonly variant: Variant
  readonly isWasm64: boolean
  readonly hasMemory: boolean
  readonly initialPages: number
  readonly maximumPages: number
  readonly costs: CostTable
  /** The module's function types and those added. */
  readonly types: TypeTable
  /** Type index of each original function, imported ones first. */
  readonly functionTypes: readonly number[]
  /** Original function index → instrumented index. */
  readonly functionMap: Uint32Array
  readonly importedFunctions: readonly {readonly name: string; readonly host: HostFunctionType}[]
  /** Instrumented index of the first shim; shims follow the module's own functions. */
  readonly firstShim: number
  /** Positions in `importedFunctions` that have a shim, in the order of the shims. */
  readonly shims: readonly number[]
  readonly helper: Readonly<Record<HelperName, number>>
  readonly growMemory: number
  readonly outOfSlice: number
  /** Added globals: instruction counter (i64), free stack bytes, why it stopped, heap pages, data.drop happened (all i32). */
  readonly global: {
    readonly counter: number
    readonly stack: number
    readonly stop: number
    readonly pages: number
    readonly dropped: number
  }
  /** Indices of the globals that are part of the canister's state. */
  readonly persistent: readonly number[]
  readonly tables: WasmModule['tables']
}

/** Values of the global `stop`: why the instrumentation itself ended an execution. */
export const STOP = {none: 0, outOfInstructions: 1, stackOverflow: 2, nullElement: 3, noMemory: 4} as const

export interface PlanInput {
  readonly module: WasmModule
  readonly variant: Variant
  readonly isWasm64: boolean
  readonly hasMemory: boolean
  readonly initialPages: number
  readonly maximumPages: number
  readonly importedFunctions: Plan['importedFunctions']
  readonly functionTypes: readonly number[]
  readonly tables: WasmModule['tables']
  readonly persistent: readonly number[]
}

export function makePlan(input: PlanInput): Plan {
  const {module, importedFunctions} = input
  const imported = importedFunctions.length
  const firstShim = imported + ADDED_IMPORTS.length + module.functions.length
  const shims = importedFunctions.flatMap(({host}, index) => (isPassedUnchanged(host) ? [] : [index]))
  const functionMap = Uint32Array.from(input.functionTypes, (_, index) => (index < imported ? index : index + ADDED_IMPORTS.length))
  shims.forEach((index, position) => {
    functionMap[index] = firstShim + position
  })
  const firstHelper = firstShim + shims.length
  const firstGlobal = module.globals.length
  return {
    ...input,
    costs: input.isWasm64 ? COSTS_WASM64 : COSTS_WASM32,
    types: new TypeTable(module.types),
    functionMap,
    firstShim,
    shims,
    helper: Object.fromEntries(HELPERS.map((name, position) => [name, firstHelper + position])) as Record<HelperName, number>,
    growMemory: imported,
    outOfSlice: imported + 1,
    global: {
      counter: firstGlobal,
      stack: firstGlobal + 1,
      stop: firstGlobal + 2,
      pages: firstGlobal + 3,
      dropped: firstGlobal + 4,
    },
  }
}

/** The type that function `index` of the original imports has in the instrumented module. */
export function importedTypeIndex(plan: Plan, index: number): number {
  const {host} = plan.importedFunctions[index]!
  return isPassedUnchanged(host) ? plan.functionTypes[index]! : plan.types.indexOf(shimmedType(host))
}

/** Width of the addresses of table `index`. */
export function isTable64(plan: Plan, index: number): boolean {
  return plan.tables[index]!.limits.is64
}

/** The type section: the module's types keep their indices, new ones are added behind them, once each. */
export class TypeTable {
  readonly all: FunctionType[]
  readonly #added = new Map<string, number>()

  constructor(original: readonly FunctionType[]) {
    this.all = [...original]
  }

  indexOf(type: FunctionType): number {
    const key = `${type.params}>${type.results}`
    const known = this.#added.get(key)
    if (known !== undefined) return known
    this.#added.set(key, this.all.length)
    return this.all.push(type) - 1
  }
}

/** The value type of a size or pointer. */
export function sizeType(isWasm64: boolean): number {
  return isWasm64 ? TYPE.i64 : TYPE.i32
}
