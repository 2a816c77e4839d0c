/** Writes how to call a canister from JavaScript and others: `src/declarations/NAME`, or where its dfx.json says. */

import {rmSync} from 'node:fs'
import {isAbsolute, join, relative} from 'node:path'
import {generateDeclarations} from '../builders/declarations.js'
import {findText, writeText} from '../io/files.js'
import type {CanisterConfig, Project} from '../project/project.js'
import {InterfaceMissing} from './canister-errors.js'
import type {ProjectContext} from './context.js'

export interface GeneratedDeclarations {
  readonly canister: string
  readonly folder: string
  readonly files: readonly string[]
}

/** @param candid with its constructor. Throws InterfaceMissing for a folder outside the project. */
export function writeDeclarations(context: ProjectContext, canister: CanisterConfig, candid: string): GeneratedDeclarations {
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

/** The declarations of what a frontend calls, where they are missing or tell of another interface. Bundlers read them. */
export function refreshDeclarations(context: ProjectContext, canister: CanisterConfig, candid: string): void {
  const {name, declarations} = canister
  const project = context.project()
  const isCalled = [...project.canisters.values()].some(({type, dependencies}) => type === 'assets' && dependencies.includes(name))
  if (!isCalled || declarations.bindings.length === 0) return
  const folder = chooseFolder(project, canister)
  const files = Object.entries(generateDeclarations({name, candid, declarations}))
  if (files.some(([file, text]) => findText(join(folder, file)) !== text)) writeDeclarations(context, canister, candid)
}
