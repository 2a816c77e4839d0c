/**
 * Extensions of dfx: programs that become commands. They lie in the version cache under `extensions/NAME` with their manifest.
 *
 * Source: dfx-compat, "extensions".
 */

import {spawn, spawnSync} from 'node:child_process'
import {chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {arch, tmpdir} from 'node:os'
import {join} from 'node:path'
import {findText, writeBytes} from '../io/files.js'
import {DFX_VERSION} from '../io/program.js'
import {ConfigInvalid} from '../project/errors.js'
import {type ExtensionManifest, extensionCatalog, extensionDependencies, extensionManifest} from '../project/extension-json.js'
import {parseJson} from '../project/json-text.js'
import type {Places} from '../project/places.js'
import {type Check, inspect} from '../project/schema.js'
import {isInRange} from '../project/version-range.js'
import {ExtensionFailed} from './errors.js'
import {extensionFolder, findExtension} from './find-extension.js'
import type {Reporter} from './reporter.js'
import {currentCacheFolder} from './version-cache.js'

const CATALOG_URL = 'https://raw.githubusercontent.com/dfinity/dfx-extensions/main/catalog.json'

export interface InstallExtensionOptions {
  /** A name of the catalogue, or the URL of a manifest. */
  readonly source: string
  readonly installAs: string | undefined
  readonly version: string | undefined
  readonly catalogUrl: string | undefined
}

export interface InstalledExtension {
  readonly name: string
  readonly version: string
  readonly summary: string
}

/** Throws ExtensionFailed. */
export async function installExtension(places: Places, options: InstallExtensionOptions, reporter: Reporter): Promise<InstalledExtension> {
  const url = await findManifestUrl(options)
  const manifest = await fetchJson(url, extensionManifest)
  const {name, download_url_template: template} = manifest
  if (name === undefined || template === undefined) throw new ExtensionFailed(`'${url}' is not the manifest of an extension.`)
  const folder = extensionFolder(places, options.installAs ?? name)
  if (existsSync(folder)) throw new ExtensionFailed(`Extension '${options.installAs ?? name}' is already installed.`)
  const version = options.version ?? (await chooseVersion(url, manifest))
  const basename = `${name}-${PLATFORM}`
  const archive = fillTemplate(template, {tag: `${name}-v${version}`, basename, 'archive-format': 'tar.gz'})
  await reporter.step(`Installing extension ${name}…`, async () => unpack(await fetchBytes(archive), {folder, basename, name}))
  reporter.info(
    `Extension '${name}' version ${version} installed successfully${options.installAs === undefined ? '' : `, and is available as '${options.installAs}'`}`,
  )
  return {name: options.installAs ?? name, version, summary: manifest.summary ?? ''}
}

/** Throws ExtensionFailed when there is no such extension. */
export function uninstallExtension(places: Places, name: string, reporter: Reporter): void {
  if (!findExtension(places, name)) throw new ExtensionFailed(`Extension '${name}' is not installed.`)
  rmSync(extensionFolder(places, name), {recursive: true})
  reporter.info(`Extension '${name}' uninstalled successfully`)
}

/** Throws ExtensionFailed for a manifest that cannot be read. */
export function listExtensions(places: Places): InstalledExtension[] {
  const folder = join(currentCacheFolder(places), 'extensions')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []
  return names.sort().map((name) => {
    const {version = '', summary = ''} = readManifest(places, name)
    return {name, version, summary}
  })
}

/** Names of the catalogue. Throws ExtensionFailed. */
export async function listAvailable(catalogUrl: string | undefined): Promise<string[]> {
  return Object.keys(await fetchJson(catalogUrl ?? CATALOG_URL, extensionCatalog)).sort()
}

/** Gives the exit code. Throws ExtensionFailed. */
export async function runExtension(
  places: Places,
  name: string,
  {args, folder}: {readonly args: readonly string[]; readonly folder: string},
): Promise<number> {
  const home = findExtension(places, name)
  if (home === undefined) throw new ExtensionFailed(`Extension '${name}' is not installed.`, [`Type 'extension install ${name}'.`])
  const original = readManifest(places, name).name ?? name
  const program = [name, original].map((each) => join(home, each)).find((file) => existsSync(file) || existsSync(`${file}.exe`))
  if (program === undefined) throw new ExtensionFailed(`Extension '${name}' has no program in '${home}'.`)
  const child = spawn(program, [...args, '--dfx-cache-path', currentCacheFolder(places)], {cwd: folder, stdio: 'inherit'})
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ExtensionFailed(`Extension '${name}' cannot be run: ${error.message}`)))
    child.once('exit', (code) => resolve(code ?? 255))
  })
}

function readManifest(places: Places, name: string): ExtensionManifest {
  const file = join(extensionFolder(places, name), 'extension.json')
  try {
    return check(parseJson(findText(file) ?? '', file), extensionManifest, file)
  } catch (cause) {
    throw new ExtensionFailed(`Failed to load extension manifest of '${name}'.`, [`Type 'extension uninstall ${name}'.`], cause)
  }
}

async function findManifestUrl({source, catalogUrl}: InstallExtensionOptions): Promise<string> {
  if (/^https?:\/\//.test(source)) return source
  const catalog = await fetchJson(catalogUrl ?? CATALOG_URL, extensionCatalog)
  const url = catalog[source]
  if (url === undefined)
    throw new ExtensionFailed(`Extension '${source}' not found in catalog.`, [`Known: ${Object.keys(catalog).sort().join(', ')}.`])
  return url
}

/** The newest version that goes with the release of dfx that we stand for. */
async function chooseVersion(manifestUrl: string, manifest: ExtensionManifest): Promise<string> {
  const url = new URL('dependencies.json', manifestUrl).href
  const versions = await fetchJson(url, extensionDependencies).catch(() => undefined)
  const fitting = Object.entries(versions ?? {}).filter(([, needs]) => isInRange(DFX_VERSION, rangeOf(needs.dfx)))
  const newest = fitting
    .map(([version]) => version)
    .sort((a, b) => (isInRange(a, `>${b}`) ? 1 : -1))
    .at(-1)
  const chosen = newest ?? manifest.version
  if (chosen === undefined) throw new ExtensionFailed(`No version of '${manifest.name}' goes with dfx ${DFX_VERSION}.`)
  return chosen
}

function rangeOf(value: unknown): string {
  return typeof value === 'string' ? value : String((value as {version?: unknown} | undefined)?.version ?? '*')
}

const PLATFORM = `${arch() === 'arm64' ? 'aarch64' : 'x86_64'}-${
  process.platform === 'darwin' ? 'apple-darwin' : process.platform === 'win32' ? 'pc-windows-msvc' : 'unknown-linux-gnu'
}`

function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{([\w-]+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}

interface Unpacking {
  readonly folder: string
  readonly basename: string
  readonly name: string
}

/** Through the system's `tar`, into a folder beside the place; moved there when all is well. */
function unpack(archive: Uint8Array, {folder, basename, name}: Unpacking): void {
  const work = mkdtempSync(join(tmpdir(), 'icicle-extension-'))
  try {
    writeBytes(join(work, 'archive.tar.gz'), archive)
    const {status, stderr} = spawnSync('tar', ['-xzf', 'archive.tar.gz'], {cwd: work, encoding: 'utf8'})
    if (status !== 0)
      throw new ExtensionFailed(`The archive of the extension cannot be unpacked: ${stderr?.trim() ?? 'tar was not found'}.`)
    const inner = existsSync(join(work, basename)) ? join(work, basename) : work
    if (!existsSync(join(inner, 'extension.json'))) throw new ExtensionFailed('The archive of the extension holds no extension.json.')
    if (existsSync(join(inner, name))) chmodSync(join(inner, name), 0o755)
    rmSync(join(work, 'archive.tar.gz'))
    mkdirSync(join(folder, '..'), {recursive: true})
    moveFolder(inner, folder)
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}

/** A rename does not cross file systems. */
function moveFolder(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    cpSync(from, to, {recursive: true})
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url)
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
    throw new Error(`the server answered with status ${response.status}`)
  } catch (cause) {
    throw new ExtensionFailed(`Cannot download ${url}.`, [], cause)
  }
}

async function fetchJson<T>(url: string, shape: Check<T>): Promise<T> {
  return check(parseJson(Buffer.from(await fetchBytes(url)).toString('utf8'), url), shape, url)
}

function check<T>(json: unknown, shape: Check<T>, file: string): T {
  const {value, mistakes} = inspect(shape, json)
  if (value === undefined || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  return value
}
