/** The Motoko libraries that need no package manager: `mo:core` comes with the compiler, `mo:base` with icicle. */

import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {brotliDecompressSync} from 'node:zlib'

/** Name → version; the version is part of the key of the build cache. */
export const BUNDLED_PACKAGES: ReadonlyMap<string, string> = new Map([
  ['base', '0.15.0'],
  ['core', '2.5.0'],
])

/** Virtual folder of a bundled package. */
export const bundledFolder = (name: string): string => `/packages/${name}`

/** Path inside the package → text. */
export function readBundledPackage(name: string): ReadonlyMap<string, string> {
  const {files} = JSON.parse(readPackageJson(name)) as {files: Record<string, {content: string}>}
  return new Map(Object.entries(files).map(([path, {content}]) => [path, content]))
}

function readPackageJson(name: string): string {
  if (name === 'core') return readFileSync(createRequire(import.meta.url).resolve('motoko/packages/latest/core.json'), 'utf8')
  const file = new URL(`templates/motoko-packages/${name}-${BUNDLED_PACKAGES.get(name)}.json.br`, import.meta.resolve('#package.json'))
  return brotliDecompressSync(readFileSync(file)).toString('utf8')
}
