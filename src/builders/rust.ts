/** Canisters of type `rust`: cargo compiles them with the user's toolchain; the module tells its interface. */

import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {IcicleError} from '../base/errors.js'
import {parseDid} from '../candid/did.js'
import {explainIncompatible} from '../candid/subtype.js'
import {findText, writeText} from '../io/files.js'
import type {RustCanister} from '../project/project.js'
import {removeCustomSections} from '../wasm/sections.js'
import type {Artifact} from './artifact.js'
import type {CommandPlace} from './custom.js'
import {BuildCommandFailed, BuildOutputMissing, ToolchainMissing} from './errors.js'
import {extractCandid} from './extract-candid.js'
import {runCommand} from './run-command.js'

const TARGET = 'wasm32-unknown-unknown'

interface CargoMetadata {
  readonly target_directory: string
  readonly workspace_root: string
  readonly packages: readonly {readonly name: string; readonly targets: readonly CargoTarget[]}[]
}

interface CargoTarget {
  readonly name: string
  readonly kind: readonly string[]
}

export interface RustBuild {
  readonly artifact: Artifact
  readonly warnings: readonly string[]
  readonly isCached: false
}

/** Throws ToolchainMissing, BuildCommandFailed, BuildOutputMissing. */
export async function buildRust(canister: RustCanister, place: CommandPlace): Promise<RustBuild> {
  const metadata = await readCargoMetadata(canister, place)
  const target = findTarget(canister, metadata)
  const {stderr} = await runCargo(canister, place, planBuild(canister, metadata))
  const file = join(metadata.target_directory, TARGET, 'release', fileNameOf(target))
  if (!existsSync(file)) throw new BuildOutputMissing(canister.name, 'wasm', relative(place.root, file))
  const wasm = shrink(new Uint8Array(await readFile(file)), canister)
  const {candid, warnings} = settleCandid(canister, extractCandid(wasm), place.root)
  return {artifact: {wasm, candid}, warnings: [...(stderr === '' ? [] : [stderr]), ...warnings], isCached: false}
}

function planBuild(canister: RustCanister, {workspace_root: root}: CargoMetadata): string {
  const locked = existsSync(join(root, 'Cargo.lock')) ? ' --locked' : ''
  return `cargo build --quiet --target ${TARGET} --release -p ${canister.package}${locked}`
}

async function readCargoMetadata(canister: RustCanister, place: CommandPlace): Promise<CargoMetadata> {
  const command = 'cargo metadata --no-deps --format-version=1'
  try {
    const {stdout} = await runCommand({...place, command, failure: `Failed to inspect the Rust workspace of canister '${canister.name}'.`})
    return JSON.parse(stdout) as CargoMetadata
  } catch (error) {
    throw isMissingProgram(error) ? new ToolchainMissing(canister.name, 'cargo', installCargo(process.platform)) : error
  }
}

async function runCargo(canister: RustCanister, place: CommandPlace, command: string) {
  try {
    return await runCommand({...place, command, failure: `Failed to build the Rust canister '${canister.name}'.`})
  } catch (error) {
    if (error instanceof BuildCommandFailed && /`?wasm32-unknown-unknown`? target may not be installed/.test(error.message))
      throw new ToolchainMissing(canister.name, `the target ${TARGET}`, [`rustup target add ${TARGET}`])
    throw error
  }
}

const isMissingProgram = (error: unknown): boolean => error instanceof BuildCommandFailed && /the program was not found/.test(error.message)

/** What to type, line by line. */
export function installCargo(platform: NodeJS.Platform): readonly string[] {
  const rustup = platform === 'win32' ? 'winget install Rustlang.Rustup' : "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
  return [rustup, `rustup target add ${TARGET}`]
}

function findTarget(canister: RustCanister, metadata: CargoMetadata): CargoTarget {
  const found = metadata.packages.find(({name}) => name === canister.package)
  if (!found)
    throw new BuildCommandFailed(`There is no package '${canister.package}' in the Rust workspace (canister '${canister.name}').`, {
      hints: [`Packages: ${metadata.packages.map(({name}) => name).join(', ')}.`],
    })
  const candidates = found.targets.filter(({name, kind}) => {
    const isModule = kind.includes('cdylib') || kind.includes('bin')
    return isModule && (canister.crate === undefined || sameName(name, canister.crate))
  })
  const target = candidates.find(({kind}) => kind.includes('cdylib')) ?? candidates[0]
  if (!target)
    throw new BuildCommandFailed(`The package '${canister.package}' of canister '${canister.name}' has no "cdylib" and no binary to build.`)
  return target
}

/** A library's file has underscores, a binary's keeps its hyphens. */
const fileNameOf = ({name, kind}: CargoTarget): string => `${kind.includes('cdylib') ? name.replaceAll('-', '_') : name}.wasm`

const sameName = (a: string, b: string): boolean => a.replaceAll('-', '_') === b.replaceAll('-', '_')

/** Without what only compilers and debuggers read. The names of functions stay: backtraces show them. */
function shrink(wasm: Uint8Array, canister: RustCanister): Uint8Array {
  if (canister.shrink === false) return wasm
  return removeCustomSections(wasm, ({name}) => /^(producers|target_features|\.debug_|linking|reloc\.)/.test(name))
}

/** The first line of an interface that the build may rewrite. */
const WRITTEN_BY_BUILD = '// Written by the build'

interface SettledCandid {
  readonly candid: string
  readonly warnings: readonly string[]
}

/**
 * The file of dfx.json counts. When it is absent, or says itself that the build writes it, it is written from the module; when it promises
 * what the module does not tell, that is worth a warning. Throws BuildOutputMissing.
 */
function settleCandid({name, candid: file}: RustCanister, extracted: string | undefined, root: string): SettledCandid {
  const written = findText(file)
  const path = relative(root, file)
  if (extracted === undefined) {
    if (written === undefined) throw new BuildOutputMissing(name, 'candid', path)
    return {candid: written, warnings: []}
  }
  const own = written?.split(/\r?\n/)[0]?.startsWith(WRITTEN_BY_BUILD)
  if (written === undefined || own) {
    const text = `${WRITTEN_BY_BUILD}: the code of the canister tells its interface.\n${extracted.trim()}\n`
    if (text !== written) writeText(file, text)
    return {candid: text, warnings: []}
  }
  const reasons = findMismatch(written, extracted)
  if (!reasons) return {candid: written, warnings: []}
  const warning = `The interface '${path}' of canister '${name}' promises what its code does not tell. Delete the file to have it written anew.`
  return {candid: written, warnings: [[warning, ...reasons].join('\n')]}
}

/** Why the code does not serve what the file promises. A file that cannot be read is reported by who reads it next. */
function findMismatch(written: string, extracted: string): readonly string[] | undefined {
  try {
    return explainIncompatible(parseDid(extracted), parseDid(written))
  } catch (error) {
    if (error instanceof IcicleError) return undefined
    throw error
  }
}
