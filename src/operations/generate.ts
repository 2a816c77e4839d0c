/** `generate`: declarations of the project's canisters. Needs no ids, no network, no identity. */

import {existsSync, rmSync} from 'node:fs'
import {isAbsolute, join, relative} from 'node:path'
import {decodeUtf8Lossy} from '../base/bytes.js'
import {download} from '../builders/custom.js'
import {generateDeclarations} from '../builders/declarations.js'
import {findText, writeText} from '../io/files.js'
import {packageRoot} from '../io/program.js'
import {getCanister} from '../project/load.js'
import type {CanisterConfig, Project} from '../project/project.js'
import {principalToText} from '../protocol/principal.js'
import {checkInterfaces} from './build.js'
import {InterfaceMissing} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import {isRemoteOn} from './find-canister.js'

export interface GeneratedDeclarations {
  readonly canister: string
  readonly folder: string
  readonly files: readonly string[]
}

/** One canister with what it imports, or all. Throws InterfaceMissing, and what checking Motoko throws. */
export async function generate(context: ProjectContext, name: string | undefined): Promise<GeneratedDeclarations[]> {
  const project = context.project()
  const chosen = name === undefined ? [...project.canisters.values()] : [getCanister(project, name)]
  const wanted = chosen.filter(({declarations}) => declarations.bindings.length > 0)
  const motoko = wanted.filter((canister) => canister.type === 'motoko' && !isRemoteOn(canister, context.network()))
  const checked =
    motoko.length > 0
      ? await checkInterfaces(
          context,
          motoko.map((canister) => canister.name),
        )
      : new Map<string, string>()
  const written: GeneratedDeclarations[] = []
  for (const canister of wanted) {
    const candid = checked.get(canister.name) ?? (await findCandid(context, canister))
    written.push(writeDeclarations(context, canister, candid))
  }
  return written
}

function writeDeclarations(context: ProjectContext, canister: CanisterConfig, candid: string): GeneratedDeclarations {
  const {name, declarations} = canister
  const project = context.project()
  const folder = chooseFolder(project, canister)
  const files = generateDeclarations({name, candid, declarations})
  context.reporter.info(`Generating type declarations for canister ${name}:`)
  rmSync(folder, {recursive: true, force: true})
  for (const [file, text] of Object.entries(files)) {
    writeText(join(folder, file), text)
    context.reporter.info(`  ${relative(project.root, join(folder, file))}`)
  }
  return {canister: name, folder, files: Object.keys(files)}
}

/** The folder is emptied: one outside the project, or the project itself, must not be. Throws InterfaceMissing. */
function chooseFolder(project: Project, {name, declarations}: CanisterConfig): string {
  const folder = declarations.output ?? join(project.root, 'src', 'declarations', name)
  const inside = relative(project.root, folder)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw new InterfaceMissing(`The folder '${folder}' for the declarations of canister '${name}' is not inside the project.`)
  return folder
}

async function findCandid(context: ProjectContext, canister: CanisterConfig): Promise<string> {
  const project = context.project()
  const {name} = canister
  if (isRemoteOn(canister, context.network()) && canister.remote?.candid !== undefined) return readCandid(name, canister.remote.candid)
  switch (canister.type) {
    case 'rust':
      return readCandid(name, canister.candid)
    case 'custom':
      return /^https?:/.test(canister.candid)
        ? decodeUtf8Lossy(await download(name, 'candid', canister.candid))
        : readCandid(name, canister.candid)
    case 'assets':
      return readCandid(name, join(packageRoot(), 'templates', 'assetstorage', 'assetstorage.did'))
    case 'pull':
      return readCandid(name, join(project.root, 'deps', 'candid', `${principalToText(canister.id)}.did`), ["Type 'deps pull' first."])
    case 'extension':
      return readCandid(name, join(project.root, String(canister.fields.candid ?? '')))
    default:
      throw new InterfaceMissing(`The interface of canister '${name}' is not known.`, {
        hints: ['Name it in dfx.json: "remote": {"candid": …}.'],
      })
  }
}

function readCandid(canister: string, file: string, hints: readonly string[] = []): string {
  const text = existsSync(file) ? findText(file) : undefined
  if (text === undefined) throw new InterfaceMissing(`There is no Candid file '${file}' of canister '${canister}'.`, {hints})
  return text
}
