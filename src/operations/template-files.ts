/**
 * The files of a new project: layers of templates, one over the other. JSON files of the same path are merged, Markdown files are joined, any
 * other file of a later layer replaces that of an earlier one.
 *
 * In names and texts `__project__` and the like become the project's names. A file called `__dot__x` becomes `.x`: npm does not ship files
 * called .gitignore.
 */

import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join, sep} from 'node:path'
import {invariant} from '../base/invariant.js'

export interface PlannedFile {
  /** Below the project's folder, with forward slashes. */
  readonly path: string
  readonly content: string | Buffer
}

/** `names` has what each `__word__` stands for; `layers` are folders. Sorted by path. */
export function planTemplateFiles(layers: readonly string[], names: Readonly<Record<string, string>>): PlannedFile[] {
  const files = new Map<string, string | Buffer>()
  for (const layer of layers)
    for (const {path, content} of readLayer(layer, names)) {
      const present = files.get(path)
      files.set(path, typeof present === 'string' && typeof content === 'string' ? combine(path, present, content) : content)
    }
  return [...files].map(([path, content]) => ({path, content})).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What is not text, as images are not, stays as it is. */
const BINARY = /\.(ico|png|webp|woff2|gz)$/

function readLayer(layer: string, names: Readonly<Record<string, string>>): PlannedFile[] {
  invariant(existsSync(layer), `the template '${layer}' is not there`)
  const fill = (text: string): string =>
    text.replace(/__([a-z]+)__/g, (word, name: string) => (name === 'dot' ? '.' : (names[name] ?? word)))
  return readdirSync(layer, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: fill(
        file
          .slice(layer.length + 1)
          .split(sep)
          .join('/'),
      ),
      content: BINARY.test(file) ? readFileSync(file) : fill(readFileSync(file, 'utf8')),
    }))
}

function combine(path: string, below: string, above: string): string {
  if (path.endsWith('.json')) return `${JSON.stringify(merge(JSON.parse(below), JSON.parse(above)), null, 2)}\n`
  return path.endsWith('.md') ? below + above : above
}

type Json = null | boolean | number | string | Json[] | {[key: string]: Json}

/** Objects by key, lists one after the other; else what is above counts. */
function merge(below: Json, above: Json): Json {
  if (Array.isArray(below) && Array.isArray(above)) return [...below, ...above]
  if (!isObject(below) || !isObject(above)) return above
  const merged = {...below}
  for (const [key, value] of Object.entries(above)) merged[key] = key in below ? merge(below[key]!, value) : value
  return merged
}

const isObject = (value: Json): value is {[key: string]: Json} => typeof value === 'object' && value !== null && !Array.isArray(value)
