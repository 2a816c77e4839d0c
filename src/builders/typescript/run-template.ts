/** Runs a filled azle Wasm once, in Node, to learn what the canister offers: its module-level code runs, no method does. */

import {SourceMap} from 'node:module'
import {ENTRY} from './bundle.js'

export interface MethodMeta {
  readonly name: string
  /** What azle's Wasm knows it by. */
  readonly index: number
  readonly composite?: boolean
}

export interface CanisterMethods {
  readonly queries?: readonly MethodMeta[]
  readonly updates?: readonly MethodMeta[]
  readonly init?: MethodMeta
  readonly pre_upgrade?: MethodMeta
  readonly post_upgrade?: MethodMeta
  readonly heartbeat?: MethodMeta
  readonly inspect_message?: MethodMeta
  readonly on_low_wasm_memory?: MethodMeta
}

export interface LearntCanister {
  readonly candid: string
  readonly methodMeta: CanisterMethods
}

/** The user's code failed while it was loaded; `message` is what the canister said, with its JavaScript stack. */
export class CanisterCodeFailed extends Error {}

/** `print` gets what the code logs. Throws CanisterCodeFailed. */
export function learnCanister(wasm: Uint8Array, print: (line: string) => void): LearntCanister {
  const module = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
  const memory = (): Uint8Array => new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer)
  const text = (address: number, length: number): string => new TextDecoder().decode(memory().subarray(address, address + length))
  const known: Record<string, (...args: number[]) => unknown> = {
    debug_print: (address, length) => print(text(address!, length!)),
    trap: (address, length) => {
      throw new CanisterCodeFailed(text(address!, length!))
    },
    time: () => 0n,
    stable64_size: () => 0n,
    stable64_grow: () => -1n,
  }
  const names = WebAssembly.Module.imports(module).map(({name}) => name)
  const ic0 = Object.fromEntries(names.map((name) => [name, known[name] ?? unavailable(name)]))
  const instance = new WebAssembly.Instance(module, {ic0})
  const learn = instance.exports.get_candid_and_method_meta_pointer as () => number
  const address = learn()
  const bytes = memory()
  return JSON.parse(text(address, bytes.indexOf(0, address) - address)) as LearntCanister
}

/** Calls of the system that module-level code cannot make: there is no canister yet. */
function unavailable(name: string): () => never {
  return () => {
    throw new CanisterCodeFailed(`The code outside of methods calls ic0.${name}, which only works inside a method.`)
  }
}

/** A stack with positions in the sources instead of the bundle. Frames outside the user's files are left out. */
export function mapStack(stack: string, sourceMap: string): string {
  const map = new SourceMap(JSON.parse(sourceMap))
  return stack
    .split('\n')
    .flatMap((line) => {
      const frame = /^(\s*at .*?)\(?([^\s()]*main\.js):(\d+):(\d+)\)?$/.exec(line)
      if (!frame) return line.includes('main.js') || /^\s*at\b/.test(line) ? [] : [line]
      const entry = map.findEntry(Number(frame[3]) - 1, Number(frame[4]) - 1)
      if (!('originalSource' in entry) || entry.originalSource.includes('node_modules') || entry.originalSource.endsWith(ENTRY)) return []
      return [`${frame[1]}(${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1})`]
    })
    .join('\n')
}
