/** Reads a Motoko canister from disk: its options, its packages and the closure of its imports. */

import {readFile} from 'node:fs/promises'
import {isAbsolute, join, relative, resolve, sep} from 'node:path'
import {MainFileMissing} from '../errors.js'
import {BUNDLED_PACKAGES, bundledFolder} from './bundled-packages.js'
import {type CompilerOptions, parseCompilerOptions} from './compiler-options.js'
import {readSourceGraph, type SourceGraph} from './source-graph.js'

export interface MotokoSource {
  readonly canister: string
  /** Absolute folder of dfx.json. */
  readonly root: string
  /** Absolute main file. */
  readonly main: string
  /** Words of the compiler's command line. */
  readonly args: readonly string[]
  /** Package name → folder, absolute or from the root: what a package manager says. */
  readonly packages: ReadonlyMap<string, string>
}

export interface MotokoProgramFiles {
  readonly canister: string
  /** Virtual path of the main file. */
  readonly main: string
  readonly graph: SourceGraph
  readonly options: CompilerOptions
  /** Package name → virtual folder, for the packages that are imported. */
  readonly packages: ReadonlyMap<string, string>
  /** Bundled packages in use. */
  readonly bundled: readonly string[]
}

/** Throws MainFileMissing, MotokoOptionInvalid. */
export async function readMotokoProgram(source: MotokoSource): Promise<MotokoProgramFiles> {
  const options = parseCompilerOptions(source.args)
  const folders = mapPackages(source.root, new Map([...source.packages, ...options.packages]))
  const main = virtualPath(source.root, source.main)
  const graph = await readSourceGraph({
    main,
    packageFolders: new Map([...folders].map(([name, {virtual}]) => [name, virtual])),
    read: (path) => readOptional(realPath(source.root, folders, path)),
  })
  if (!graph.files.has(main)) throw new MainFileMissing(source.canister, relative(source.root, source.main))
  const bundled = bundledInUse(graph, folders)
  const packages = new Map([...folders].filter(([name]) => graph.packages.includes(name)).map(([name, {virtual}]) => [name, virtual]))
  for (const name of bundled) packages.set(name, bundledFolder(name))
  return {canister: source.canister, main, graph, options, packages, bundled}
}

interface PackageFolder {
  readonly real: string
  readonly virtual: string
}

function mapPackages(root: string, packages: ReadonlyMap<string, string>): ReadonlyMap<string, PackageFolder> {
  return new Map(
    [...packages].map(([name, folder]) => {
      const real = resolve(root, folder)
      const inside = virtualPath(root, real)
      return [name, {real, virtual: inside.startsWith('..') || isAbsolute(inside) ? `/packages/${name}` : inside}]
    }),
  )
}

/** Bundled packages that are imported and that no package manager provides. */
function bundledInUse(graph: SourceGraph, folders: ReadonlyMap<string, PackageFolder>): string[] {
  return graph.packages.filter((name) => BUNDLED_PACKAGES.has(name) && !folders.has(name))
}

function virtualPath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/')
}

function realPath(root: string, folders: ReadonlyMap<string, PackageFolder>, path: string): string {
  for (const {real, virtual} of folders.values())
    if (virtual.startsWith('/') && path.startsWith(`${virtual}/`)) return join(real, path.slice(virtual.length))
  return join(root, path)
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
