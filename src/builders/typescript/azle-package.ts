/**
 * The package `azle` of the user's project: the library that canisters import, and the Wasm with a JavaScript engine that runs them.
 * It brings esbuild and TypeScript along. Only its stable mode is used.
 */

import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {PackageMissing} from '../errors.js'

export interface AzlePackage {
  readonly folder: string
  readonly version: string
  /** The Wasm to be filled. */
  readonly template: string
}

/** Looks where Node would: in `node_modules` beside `main` and above. Throws PackageMissing. */
export function findAzle(canister: string, main: string): AzlePackage {
  const folder = findPackage(dirname(main), 'azle')
  const template = folder && join(folder, 'dist', 'canister_templates', 'stable.wasm')
  if (!folder || !template || !existsSync(template)) throw new PackageMissing(canister, 'azle')
  return {folder, version: readManifest(folder).version, template}
}

/** Folder of a package as seen from `from`, or undefined. Not by `require.resolve`: a package may hide its package.json. */
export function findPackage(from: string, name: string): string | undefined {
  const folder = join(from, 'node_modules', name)
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(from)
  return parent === from ? undefined : findPackage(parent, name)
}

interface Manifest {
  readonly version: string
  readonly bin?: string | Readonly<Record<string, string>>
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

export type Esbuild = typeof import('esbuild')

/** The esbuild that azle was made for. Throws PackageMissing. */
export function loadEsbuild(canister: string, {folder}: AzlePackage): Esbuild {
  try {
    return createRequire(join(folder, 'package.json'))('esbuild') as Esbuild
  } catch (cause) {
    throw new PackageMissing(canister, 'esbuild', cause)
  }
}
