/** The packages of a `requirements.txt`: pip fetches them, once for each content of the file; only pure Python can run in a canister. */

import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join, relative} from 'node:path'
import {encodeUtf8, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {CommandPlace} from '../custom.js'
import {BuildCommandFailed, BuildOutputMissing, ToolchainMissing} from '../errors.js'
import {runCommand} from '../run-command.js'
import {moduleName, type PythonSources} from './read-sources.js'
import {unzip} from './unzip.js'

export interface PackageRequest {
  readonly canister: string
  /** Absolute. */
  readonly requirements: string
  /** Absolute folder of the project's cache. */
  readonly cacheFolder: string
}

/** What fits every machine, for the Python that the runtime is. */
const PIP =
  '-m pip download --quiet --disable-pip-version-check --only-binary=:all: --platform any --implementation py --abi none --python-version 3.13'

/** Throws BuildOutputMissing, ToolchainMissing, BuildCommandFailed. */
export async function readPackages({canister, requirements, cacheFolder}: PackageRequest, place: CommandPlace): Promise<PythonSources> {
  if (!existsSync(requirements)) throw new BuildOutputMissing(canister, 'requirements', relative(place.root, requirements))
  const text = readFileSync(requirements, 'utf8')
  if (/^\s*(#.*)?$/.test(text.replaceAll('\n', ' '))) return {}
  const folder = join(cacheFolder, 'packages', toHex(sha256(encodeUtf8(text))).slice(0, 16))
  if (!existsSync(folder)) await download(canister, requirements, folder, place)
  const wheels = readdirSync(folder).filter((name) => name.endsWith('.whl'))
  return Object.assign({}, ...wheels.map((name) => readWheel(canister, name, readFileSync(join(folder, name)))))
}

/** The folder appears only when everything is in it. */
async function download(canister: string, requirements: string, folder: string, place: CommandPlace): Promise<void> {
  const part = `${folder}.${process.pid}.part`
  rmSync(part, {recursive: true, force: true})
  mkdirSync(part, {recursive: true})
  const python = process.platform === 'win32' ? 'python' : 'python3'
  const command = `${python} ${PIP} --dest "${part}" --requirement "${requirements}"`
  try {
    await runCommand({...place, command, failure: `The packages of canister '${canister}' cannot be fetched.`})
    renameSync(part, folder)
  } catch (error) {
    rmSync(part, {recursive: true, force: true})
    throw explain(canister, error)
  }
}

function explain(canister: string, error: unknown): unknown {
  if (!(error instanceof BuildCommandFailed)) return error
  if (/the program was not found|No module named pip/.test(error.message))
    return new ToolchainMissing(canister, 'pip to fetch its packages', ['python3 -m ensurepip'])
  const missing = /No matching distribution found for ([^\s(]+)/.exec(error.message)?.[1]
  if (missing === undefined) return error
  return new BuildCommandFailed(`The package '${missing}' of canister '${canister}' does not exist as pure Python for Python 3.13.`, {
    hints: ['A canister runs no native code: packages with parts in C or Rust, as numpy or pydantic are, cannot be used.'],
  })
}

/** The Python files of a wheel; what belongs to its installation stays outside. Throws BuildCommandFailed for one with native code. */
export function readWheel(canister: string, name: string, archive: Buffer): PythonSources {
  const sources: Record<string, readonly [string, string]> = {}
  for (const [path, content] of unzip(archive, name)) {
    if (/\.(so|pyd|dylib)$/.test(path))
      throw new BuildCommandFailed(`The package '${name.split('-')[0]}' of canister '${canister}' has native code ('${path}').`, {
        hints: ['A canister runs pure Python only.'],
      })
    const isSource = path.endsWith('.py') && !/\.(dist-info|data)\//.test(path)
    if (isSource) sources[moduleName(path)] = [`packages/${path}`, content.toString('utf8')]
  }
  return sources
}
