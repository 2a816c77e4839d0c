/** Finds and reads the project of a folder. */
import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {findText} from '../io/files.js'
import {programName} from '../io/program.js'
import {inspectDfxJson} from './dfx-json.js'
import {CanisterNotInProject, ConfigInvalid, ProjectNotFound} from './errors.js'
import {parseJson} from './json-text.js'
import type {CanisterConfig, Project} from './project.js'
import {resolveProject} from './resolve.js'

/** The nearest folder at or above the given one that holds a dfx.json, or undefined. */
export function findProjectRoot(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'dfx.json'))) return at
    if (dirname(at) === at) return undefined
  }
}

/** The project around a folder, or undefined without one. Throws JsonSyntaxError, or ConfigInvalid with every mistake. */
export function findProject(folder: string): Project | undefined {
  const root = findProjectRoot(folder)
  if (root === undefined) return undefined
  const file = join(root, 'dfx.json')
  const {value, mistakes} = inspectDfxJson(parseJson(findText(file) ?? '', file))
  if (!value || mistakes.length > 0) throw new ConfigInvalid(file, mistakes)
  const resolved = resolveProject(value, root, file)
  if (resolved.mistakes.length > 0) throw new ConfigInvalid(file, resolved.mistakes)
  return resolved.project
}

/** As `findProject`; throws ProjectNotFound without one. */
export function getProject(folder: string): Project {
  const project = findProject(folder)
  if (!project) throw new ProjectNotFound(folder, programName())
  return project
}

/** Throws CanisterNotInProject. */
export function getCanister(project: Project, name: string): CanisterConfig {
  const canister = project.canisters.get(name)
  if (!canister) throw new CanisterNotInProject(name, [...project.canisters.keys()])
  return canister
}
