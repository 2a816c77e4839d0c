// Fails unless a module imports from ic0 alone and is valid for an engine without exceptions and tail calls. Usage: node check-runtime.mjs FILE
import {readFileSync} from 'node:fs'

const module = new WebAssembly.Module(readFileSync(process.argv[2]))
const foreign = WebAssembly.Module.imports(module).filter((each) => each.module !== 'ic0')
if (foreign.length > 0) {
  console.error(`Imports that no canister has: ${foreign.map((each) => `${each.module}.${each.name}`).join(', ')}`)
  process.exitCode = 1
}
const needed = ['memory', 'boot', 'allocate', 'set_bundle', 'describe', 'description_size', 'dispatch', '__stack_pointer']
const names = WebAssembly.Module.exports(module).map((each) => each.name)
const missing = needed.filter((name) => !names.includes(name))
if (missing.length > 0) {
  console.error(`Exports that are missing: ${missing.join(', ')}`)
  process.exitCode = 1
}
