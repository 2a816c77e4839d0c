/** `remote generate-binding`: the `main` file of a remote canister, written from its interface. */

import {existsSync} from 'node:fs'
import {extname} from 'node:path'
import {generateJavascript} from '../candid/bindings/javascript.js'
import {generateMotoko} from '../candid/bindings/motoko.js'
import {generateRust} from '../candid/bindings/rust.js'
import {generateTypescript} from '../candid/bindings/typescript.js'
import {parseDid} from '../candid/did.js'
import type {CandidInterface} from '../candid/types.js'
import {findText, writeText} from '../io/files.js'
import {getCanister} from '../project/load.js'
import type {CanisterConfig} from '../project/project.js'
import {InterfaceMissing} from './canister-errors.js'
import type {ProjectContext} from './context.js'

const GENERATORS: Readonly<Record<string, (candid: CandidInterface) => string>> = {
  '.mo': generateMotoko,
  '.rs': generateRust,
  '.ts': generateTypescript,
  '.js': generateJavascript,
}

export interface BindingOptions {
  readonly name: string | undefined
  readonly overwrite: boolean
}

/** A file that exists is left alone unless told otherwise. Gives the files written. Throws InterfaceMissing. */
export function generateBindings(context: ProjectContext, {name, overwrite}: BindingOptions): readonly string[] {
  const project = context.project()
  const canisters = name === undefined ? [...project.canisters.values()].filter(({remote}) => remote?.candid) : [getCanister(project, name)]
  return canisters.flatMap((canister) => {
    const {main, candid} = requireParts(canister)
    if (existsSync(main) && !overwrite) {
      context.reporter.info(`Binding for canister ${canister.name} already exists at '${main}'. Use --overwrite to replace it.`)
      return []
    }
    const generate = GENERATORS[extname(main)]
    if (!generate) throw new InterfaceMissing(`Unsupported filetype '${extname(main)}' of '${main}': expected .mo, .rs, .ts or .js.`)
    writeText(main, generate(parseDid(candid)))
    context.reporter.info(`Generated ${main} using ${canister.remote?.candid} for canister ${canister.name}.`)
    return [main]
  })
}

function requireParts({name, remote, ...canister}: CanisterConfig): {readonly main: string; readonly candid: string} {
  if (!remote?.candid) throw new InterfaceMissing(`Canister '${name}' has no "remote.candid" in dfx.json.`)
  const main = canister.type === 'motoko' ? canister.main : undefined
  if (main === undefined) throw new InterfaceMissing(`Canister '${name}' has no "main" to write to.`)
  const candid = findText(remote.candid)
  if (candid === undefined) throw new InterfaceMissing(`There is no Candid file '${remote.candid}' of canister '${name}'.`)
  return {main, candid}
}
