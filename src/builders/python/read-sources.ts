/** The Python modules of a canister: the files beside its main file, and the packages it asks for. */

import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, sep} from 'node:path'

/** Module name → its file, as tracebacks name it, and its source. */
export type PythonSources = Readonly<Record<string, readonly [file: string, source: string]>>

/** The name that the runtime imports first, whatever the main file is called. */
const MAIN = 'main'

/** @param root absolute; files are named from there. Folders that start with a dot, and tests, stay outside. */
export function readPythonSources(root: string, main: string): PythonSources {
  const folder = dirname(main)
  const files = listPythonFiles(folder)
  const sources: Record<string, readonly [string, string]> = {}
  for (const file of files) {
    const name = file === main ? MAIN : moduleName(relative(folder, file))
    if (name !== '') sources[name] = [relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')]
  }
  return sources
}

function listPythonFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter(
      (path) =>
        path.endsWith('.py') && !path.split(sep).some((part) => part.startsWith('.') || part === '__pycache__' || part === 'node_modules'),
    )
    .map((path) => join(folder, path))
    .sort()
}

/** `shop/cart.py` → `shop.cart`, `shop/__init__.py` → `shop`. */
export function moduleName(path: string): string {
  const parts = path.replace(/\.py$/, '').split(/[\\/]/)
  return (parts.at(-1) === '__init__' ? parts.slice(0, -1) : parts).join('.')
}
