/**
 * Fills azle's Wasm with a canister. The Wasm asks for two texts by four functions: `…_passive_data_size` says how long each is,
 * `init_…_passive_data` copies it to an address. Its methods are numbers: each export of the canister calls `execute_method_js`
 * (`init`, `post_upgrade`) with its own; -1 means that the user's class has no such method. What is exported under these names are the
 * linker's wrappers around the functions of these names, which are found by the name section.
 */

import {EMPTY_BYTES, encodeUtf8} from '../../base/bytes.js'
import {OP, OP_FC} from '../../wasm/constants.js'
import {decodeModule} from '../../wasm/decode.js'
import {type AddedFunction, callWithNumber, editModule} from '../../wasm/edit.js'
import {type Code, code, i32Const, localGet, uleb} from '../../wasm/instructions.js'
import type {WasmModule} from '../../wasm/module.js'
import {readFunctionNames} from '../../wasm/name-section.js'
import {TemplateUnknown} from '../errors.js'
import type {CanisterMethods, MethodMeta} from './run-template.js'

export interface Filling {
  readonly javaScript: string
  /** Variables that `process.env` has in the canister. */
  readonly env: Readonly<Record<string, string>>
  /** Undefined for the run that learns them. */
  readonly methods: CanisterMethods | undefined
  /** Keep the names of functions, for backtraces of the engine; they are a tenth of the module. */
  readonly keepsNames?: boolean
}

/** Throws TemplateUnknown when the Wasm is not what azle's stable mode was known to have. */
export function fillTemplate(template: Uint8Array, {javaScript, env, methods, keepsNames = false}: Filling): Uint8Array {
  const module = decodeModule(template)
  const settings = JSON.stringify({envVars: Object.entries(env), mainJsPath: 'main.js'})
  const texts = [
    {name: 'js', content: encodeUtf8(javaScript)},
    {name: 'wasm_data', content: encodeUtf8(settings)},
  ]
  const functionOf = findFunctions(module)
  const bodies = new Map<number, Code>()
  texts.forEach(({name, content}, index) => {
    bodies.set(functionOf(`${name}_passive_data_size`), i32Const(content.length))
    bodies.set(functionOf(`init_${name}_passive_data`), copySegment(module.data.length + index, content.length))
  })
  return editModule(template, {
    bodies,
    addData: texts,
    functions: methods ? exportMethods(functionOf, methods) : [],
    keepCustom: (name) => keepsNames && name === 'name',
    keepExport: (name) => methods === undefined || name === 'memory' || name.startsWith('canister_'),
  })
}

type FindFunction = (name: string) => number

function findFunctions(module: WasmModule): FindFunction {
  const section = module.customs.find(({name}) => name === 'name')
  const indices = new Map([...readFunctionNames(section?.content ?? EMPTY_BYTES)].map(([index, name]) => [name, index]))
  return (name) => {
    const index = indices.get(name)
    if (index === undefined) throw new TemplateUnknown(name)
    return index
  }
}

/** Copies a passive segment to the address in the only parameter. */
function copySegment(segment: number, length: number): Code {
  return code(
    localGet(0),
    i32Const(0),
    i32Const(length),
    [OP.prefixFc, OP_FC.memoryInit, ...uleb(segment), 0],
    [OP.prefixFc, OP_FC.dataDrop, ...uleb(segment)],
  )
}

const ABSENT = -1

function exportMethods(functionOf: FindFunction, methods: CanisterMethods): AddedFunction[] {
  const execute = functionOf('execute_method_js')
  const hook = (name: string, method: MethodMeta | undefined): AddedFunction[] =>
    method ? [callWithNumber(execute, method.index, `canister_${name}`)] : []
  const {queries = [], updates = []} = methods
  return [
    ...queries.map(({name, index, composite}) =>
      callWithNumber(execute, index, `canister_${composite ? 'composite_query' : 'query'} ${name}`),
    ),
    ...updates.map(({name, index}) => callWithNumber(execute, index, `canister_update ${name}`)),
    callWithNumber(functionOf('init'), methods.init?.index ?? ABSENT, 'canister_init'),
    callWithNumber(functionOf('post_upgrade'), methods.post_upgrade?.index ?? ABSENT, 'canister_post_upgrade'),
    ...hook('pre_upgrade', methods.pre_upgrade),
    ...hook('inspect_message', methods.inspect_message),
    ...hook('heartbeat', methods.heartbeat),
    ...hook('on_low_wasm_memory', methods.on_low_wasm_memory),
  ]
}
