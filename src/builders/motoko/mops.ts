/**
 * The packages of a `mops.toml` where `mops install` has put them: what `mops sources` prints, without starting mops. Every package
 * of the closure counts once, in the highest version anyone asks for.
 *
 * Layout of the `.mops` folder: `NAME@VERSION/`, `_github/NAME#BRANCH/`; sources in `src/` unless `baseDir` says otherwise.
 */

import {join, resolve} from 'node:path'

export interface MopsConfig {
  /** `[package] baseDir` */
  readonly baseDir: string
  /** Name → version, `https://github.com/…` or a path. */
  readonly dependencies: ReadonlyMap<string, string>
}

interface Resolved {
  readonly spec: string
  readonly folder: string
}

/**
 * Name → absolute source folder, or undefined when a package is not installed: then only mops itself can help.
 * `readText` gives the text of a file or undefined; `isBundled` names packages that are there without mops.
 */
export function findMopsPackages(
  root: string,
  readText: (file: string) => string | undefined,
  isBundled: (name: string) => boolean,
): ReadonlyMap<string, string> | undefined {
  const chosen = new Map<string, Resolved>()
  const queue: {readonly folder: string}[] = [{folder: root}]
  for (let next = queue.shift(); next; next = queue.shift()) {
    const text = readText(join(next.folder, 'mops.toml'))
    if (text === undefined) continue
    for (const [name, spec] of parseMopsToml(text).dependencies) {
      if (chosen.has(name) && !isNewer(spec, chosen.get(name)!.spec)) continue
      const folder = packageFolder(root, next.folder, name, spec)
      chosen.set(name, {spec, folder})
      queue.push({folder})
    }
  }
  const packages = new Map<string, string>()
  for (const [name, {folder, spec}] of chosen) {
    const config = readText(join(folder, 'mops.toml'))
    if (config === undefined && !isPath(spec)) {
      if (isBundled(name)) continue
      return undefined
    }
    packages.set(name, config === undefined ? folder : join(folder, parseMopsToml(config).baseDir))
  }
  return packages
}

/** Reads the two tables that matter here; every other line is skipped. */
export function parseMopsToml(text: string): MopsConfig {
  const dependencies = new Map<string, string>()
  let baseDir = 'src'
  let table = ''
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)
    if (header) table = header[1]!.trim()
    const entry = /^\s*(?:"([^"]+)"|'([^']+)'|([\w@.-]+))\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(line)
    if (!entry) continue
    const key = (entry[1] ?? entry[2] ?? entry[3])!
    const value = (entry[4] ?? entry[5])!
    if (table === 'dependencies') dependencies.set(key, value)
    if (table === 'package' && key === 'baseDir') baseDir = value
  }
  return {baseDir, dependencies}
}

const isPath = (spec: string): boolean => /^(\.|\/|~|[A-Za-z]:\\)/.test(spec)

function packageFolder(root: string, importer: string, name: string, spec: string): string {
  if (isPath(spec)) return resolve(importer, spec)
  const plainName = name.replace(/@.*/, '')
  if (!spec.startsWith('https://')) return join(root, '.mops', `${plainName}@${spec}`)
  const branch = /#([^@]+)/.exec(spec)?.[1] ?? 'master'
  return join(root, '.mops', '_github', `${plainName}#${branch}`)
}

/** Semantic versions compare by number; anything else (a path, a repository) stays with the first who named it. */
function isNewer(spec: string, than: string): boolean {
  const [a, b] = [spec, than].map((text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number))
  if (!a || !b) return false
  const difference = a.map((part, i) => part - b[i]!).find((part) => part !== 0) ?? 0
  return difference > 0
}
