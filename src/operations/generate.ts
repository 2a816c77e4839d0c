/** `generate`: declarations of the project's canisters. Needs no ids, no network, no identity. */

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {decodeUtf8Lossy} from '../base/bytes.js'
import {buildOutputs} from '../builders/build-outputs.js'
import {download} from '../builders/custom.js'
import {findText} from '../io/files.js'
import {packageRoot, programName} from '../io/program.js'
import {getCanister} from '../project/load.js'
import type {CanisterConfig} from '../project/project.js'
import {principalToText} from '../protocol/principal.js'
import {checkInterfaces} from './build.js'
import {InterfaceMissing} from './canister-errors.js'
import type {ProjectContext} from './context.js'
import {isRemoteOn} from './find-canister.js'
import {type GeneratedDeclarations, writeDeclarations} from './write-declarations.js'

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
    case 'typescript':
    case 'python':
      return readCandid(name, buildOutputs(project, context.network(), name).did, [
        `Type '${programName()} build ${name}' first: its code tells it.`,
      ])
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
