/** Canisters of type `custom`: the user's own commands make the module, or it lies at a URL. */

import {readFile} from 'node:fs/promises'
import {relative} from 'node:path'
import {gunzipSync} from 'node:zlib'
import type {CustomCanister} from '../project/project.js'
import type {Artifact} from './artifact.js'
import {BuildCommandFailed, BuildOutputMissing} from './errors.js'
import {type CommandRun, runCommand} from './run-command.js'

export type CommandPlace = Pick<CommandRun, 'root' | 'env' | 'signal'>

/** Throws BuildCommandFailed, BuildOutputMissing. */
export async function buildCustom(canister: CustomCanister, place: CommandPlace): Promise<Artifact> {
  if (isUrl(canister.wasm) && canister.build.length > 0)
    throw new BuildCommandFailed(`Canister '${canister.name}' has a URL for "wasm" and so cannot have a "build" step.`)
  for (const command of canister.build) await runCommand({...place, command, failure: 'The custom tool failed.'})
  // One after the other: when both are missing, it is always the module that is named.
  const wasm = await readOutput(canister.name, 'wasm', canister.wasm, place.root)
  const candid = await readOutput(canister.name, 'candid', canister.candid, place.root)
  return {wasm, candid: new TextDecoder().decode(candid)}
}

const isUrl = (path: string): boolean => /^https?:\/\//.test(path)

/** Bytes of a file or of a URL. */
async function readOutput(canister: string, what: string, path: string, root: string): Promise<Uint8Array> {
  if (isUrl(path)) return download(canister, what, path)
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new BuildOutputMissing(canister, what, relative(root, path))
    throw error
  }
}

export async function download(canister: string, what: string, url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url)
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
    throw new Error(`the server answered with status ${response.status}`)
  } catch (cause) {
    throw new BuildCommandFailed(`Cannot download the ${what} of canister '${canister}' from ${url}: ${(cause as Error).message}.`, {cause})
  }
}

const GZIP_MAGIC = [0x1f, 0x8b]

/** Whether the bytes are a gzip file: a canister may be installed compressed. */
export function isGzip(bytes: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, index) => bytes[index] === byte)
}

/** The module itself, unpacked when it is compressed. */
export function unpackModule(bytes: Uint8Array): Uint8Array {
  return isGzip(bytes) ? new Uint8Array(gunzipSync(bytes)) : bytes
}
