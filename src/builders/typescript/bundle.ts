/** One JavaScript file of a canister and all it imports, by the project's esbuild. */

import {builtinModules} from 'node:module'
import {dirname, isAbsolute, join, relative, sep} from 'node:path'
import type {Message, Plugin, PluginBuild} from 'esbuild'
import type {Diagnostic} from '../artifact.js'
import type {Esbuild} from './azle-package.js'
import {entrySource} from './entry.js'

export interface BundleInput {
  /** Absolute folder of dfx.json. */
  readonly root: string
  /** Absolute. */
  readonly main: string
  readonly esbuild: Esbuild
}

export interface Bundle {
  readonly javaScript: string
  /** JSON; sources are relative to `root`. */
  readonly sourceMap: string
}

export type BundleResult =
  | {readonly kind: 'bundled'; readonly bundle: Bundle; readonly warnings: readonly Diagnostic[]}
  | {readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[]}

/** Name of the generated entry: frames of it are not shown in stacks. */
export const ENTRY = 'canister-entry.js'

/** What the engine inside azle's Wasm understands; decorators are not part of it and are translated. */
const TARGET = 'es2024'

export async function bundleCanister({root, main, esbuild}: BundleInput): Promise<BundleResult> {
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      stdin: {contents: entrySource(main.split(sep).join('/')), resolveDir: dirname(main), sourcefile: ENTRY},
      bundle: true,
      format: 'esm',
      target: TARGET,
      write: false,
      outfile: join(root, 'main.js'),
      sourcemap: 'external',
      sourcesContent: false,
      preserveSymlinks: true,
      logLevel: 'silent',
      plugins: [refuseNodeModules],
    })
    const text = (suffix: string): string => result.outputFiles.find(({path}) => path.endsWith(suffix))!.text
    const warnings = result.warnings.filter(({location}) => !location?.file.includes('node_modules'))
    return {
      kind: 'bundled',
      bundle: {javaScript: text('.js'), sourceMap: text('.map')},
      warnings: warnings.map((message) => toDiagnostic(message, 'warning', root)),
    }
  } catch (error) {
    const messages = (error as {errors?: readonly Message[]}).errors
    if (!messages) throw error
    return {kind: 'failed', diagnostics: messages.map((message) => toDiagnostic(message, 'error', root))}
  }
}

const IS_TRIED = {isTried: true}

/** Node's own modules do not exist in a canister; a package of the same name in node_modules is fine. */
const refuseNodeModules: Plugin = {
  name: 'no-node-modules',
  setup(build: PluginBuild) {
    build.onResolve({filter: /^[^./]/}, async ({path, pluginData, ...place}) => {
      if (pluginData === IS_TRIED || !builtinModules.includes(path.replace(/^node:/, ''))) return undefined
      const found = await build.resolve(path, {
        resolveDir: place.resolveDir,
        kind: place.kind,
        importer: place.importer,
        pluginData: IS_TRIED,
      })
      if (found.errors.length === 0 && !found.external) return found
      return {errors: [{text: `a canister cannot import Node's module '${path}'`}]}
    })
  },
}

function toDiagnostic({text, location}: Message, severity: 'error' | 'warning', root: string): Diagnostic {
  const line = location?.line ?? 1
  const column = (location?.column ?? 0) + 1
  const file = location?.file ?? 'main'
  return {
    severity,
    file: isAbsolute(file) ? relative(root, file) : file,
    range: {start: {line, column}, end: {line, column: column + (location?.length ?? 1)}},
    code: '',
    category: '',
    message: text,
  }
}
