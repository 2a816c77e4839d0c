/** Finds the files of the source folders, with the rules that hold for each. */

import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {errorCode, findText} from '../io/files.js'
import {AssetConfigInvalid, AssetKeyTwice, AssetSourceMissing} from './errors.js'
import {type AssetConfig, type AssetRule, applyRules, parseRules} from './rules.js'

export interface ScannedAsset {
  /** Begins with a slash. */
  readonly key: string
  /** Absolute. */
  readonly file: string
  readonly config: AssetConfig
}

export interface Scan {
  /** Sorted by key. */
  readonly assets: readonly ScannedAsset[]
  /** Rules that nothing matched, by their file. */
  readonly unusedRules: ReadonlyMap<string, readonly AssetRule[]>
}

const CONFIG_NAMES = ['.ic-assets.json', '.ic-assets.json5']

/** Throws AssetSourceMissing, AssetConfigInvalid, AssetKeyTwice. */
export function scanSources(folders: readonly string[]): Scan {
  const found = new Map<string, ScannedAsset>()
  const unusedRules = new Map<string, readonly AssetRule[]>()
  for (const source of folders) {
    const walk = new Walk(source)
    walk.folder('', [])
    for (const asset of walk.assets) {
      const other = found.get(asset.key)
      if (other) throw new AssetKeyTwice(asset.key, other.file, asset.file)
      found.set(asset.key, asset)
    }
    for (const rule of walk.rules) {
      if (walk.used.has(rule)) continue
      unusedRules.set(rule.file, [...(unusedRules.get(rule.file) ?? []), rule])
    }
  }
  const assets = [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  return {assets, unusedRules}
}

class Walk {
  readonly assets: ScannedAsset[] = []
  readonly rules: AssetRule[] = []
  readonly used = new Set<AssetRule>()

  constructor(private readonly source: string) {}

  /** `path` is relative to the source, with slashes; '' for itself. */
  folder(path: string, inherited: readonly AssetRule[]): void {
    const own = this.#readRules(path)
    this.rules.push(...own)
    const rules = [...inherited, ...own]
    for (const name of this.#list(path)) {
      if (CONFIG_NAMES.includes(name)) continue
      const child = path === '' ? name : `${path}/${name}`
      const config = applyRules(rules, child, this.used)
      const file = join(this.source, child)
      const isFolder = statSync(file).isDirectory()
      if (config.isIgnored ?? isHidden(name, isFolder)) continue
      if (isFolder) this.folder(child, rules)
      else this.assets.push({key: `/${child}`, file, config})
    }
  }

  #list(path: string): readonly string[] {
    try {
      return readdirSync(join(this.source, path)).sort()
    } catch (error) {
      if (path === '' && errorCode(error) === 'ENOENT') throw new AssetSourceMissing(this.source)
      throw error
    }
  }

  #readRules(path: string): readonly AssetRule[] {
    const files = CONFIG_NAMES.map((name) => join(this.source, path, name))
    const texts = files.map((file) => findText(file))
    if (texts.every((text) => text !== undefined))
      throw new AssetConfigInvalid(files[0]!, `there is ${CONFIG_NAMES[1]} beside it: keep one`)
    return texts.flatMap((text, index) => (text === undefined ? [] : parseRules(text, files[index]!, path)))
  }
}

/** Dot files stay at home, but for the folder that the web keeps for its own conventions (RFC 8615). */
function isHidden(name: string, isFolder: boolean): boolean {
  return name.startsWith('.') && !(isFolder && name === '.well-known')
}
