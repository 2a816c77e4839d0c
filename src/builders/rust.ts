/** Canisters of type `rust`: cargo compiles them, if the user has it. */

import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import type {RustCanister} from '../project/project.js'
import type {Artifact} from './artifact.js'
import type {CommandPlace} from './custom.js'
import {BuildCommandFailed, BuildOutputMissing} from './errors.js'
import {runCommand} from './run-command.js'

const TARGET = 'wasm32-unknown-unknown'

interface CargoMetadata {
  readonly target_directory: string
  readonly packages: readonly {readonly name: string; readonly targets: readonly CargoTarget[]}[]
}

interface CargoTarget {
  readonly name: string
  readonly kind: readonly string[]
}

/** Throws BuildCommandFailed, BuildOutputMissing. */
export async function buildRust(canister: RustCanister, place: CommandPlace): Promise<Artifact> {
  if (!existsSync(canister.candid)) throw new BuildOutputMissing(canister.name, 'candid', relative(place.root, canister.candid))
  const metadata = await readCargoMetadata(canister, place)
  const locked = existsSync(join(place.root, 'Cargo.lock')) ? ' --locked' : ''
  const command = `cargo build --target ${TARGET} --release -p ${canister.package}${locked}`
  await runCommand({...place, command, failure: `Failed to build the Rust canister '${canister.name}'.`})
  const file = join(metadata.target_directory, TARGET, 'release', moduleFileName(canister, metadata))
  if (!existsSync(file)) throw new BuildOutputMissing(canister.name, 'wasm', relative(place.root, file))
  const [wasm, candid] = await Promise.all([readFile(file), readFile(canister.candid, 'utf8')])
  return {wasm: new Uint8Array(wasm), candid}
}

async function readCargoMetadata(canister: RustCanister, place: CommandPlace): Promise<CargoMetadata> {
  const command = 'cargo metadata --no-deps --format-version=1'
  const {stdout} = await runCommand({...place, command, failure: `Failed to inspect the Rust workspace of canister '${canister.name}'.`})
  return JSON.parse(stdout) as CargoMetadata
}

/** A library's file has underscores, a binary's keeps its hyphens. */
function moduleFileName(canister: RustCanister, metadata: CargoMetadata): string {
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
  return `${target.kind.includes('cdylib') ? target.name.replaceAll('-', '_') : target.name}.wasm`
}

const sameName = (a: string, b: string): boolean => a.replaceAll('-', '_') === b.replaceAll('-', '_')
