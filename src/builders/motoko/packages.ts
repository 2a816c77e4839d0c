/** The packages of a project, as its package manager tells them. */

import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Project} from '../../project/project.js'
import {BuildCommandFailed} from '../errors.js'
import {type CommandRun, runCommand} from '../run-command.js'
import {BUNDLED_PACKAGES} from './bundled-packages.js'
import {splitWords} from './compiler-options.js'
import {findMopsPackages} from './mops.js'

/** `mops sources`, also by way of npx: its answer can be read from mops.toml, a second faster. */
const MOPS = /^\s*(npx\s+(--?\S+\s+)*)?(ic-)?mops\s+sources\s*$/

/** Package name → folder, absolute or from the root. Throws BuildCommandFailed when the packtool fails. */
export async function findMotokoPackages(project: Project, run: Pick<CommandRun, 'env' | 'signal'>): Promise<ReadonlyMap<string, string>> {
  const {packtool} = project.defaults.build
  if (packtool === undefined || MOPS.test(packtool)) {
    const packages = existsSync(join(project.root, 'mops.toml')) ? readMops(project.root) : new Map<string, string>()
    if (packages) return packages
    if (packtool === undefined) return new Map()
  }
  const {stdout} = await runCommand({...run, root: project.root, command: packtool, failure: `The packtool '${packtool}' failed.`})
  return parsePackages(packtool, stdout)
}

function readMops(root: string): ReadonlyMap<string, string> | undefined {
  const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
  return findMopsPackages(root, read, (name) => BUNDLED_PACKAGES.has(name))
}

/** Reads `--package NAME FOLDER …`. */
export function parsePackages(packtool: string, stdout: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>()
  const words = splitWords(stdout)
  for (let i = 0; i < words.length; i += 3) {
    const [flag, name, folder] = words.slice(i, i + 3)
    if (flag !== '--package' || name === undefined || folder === undefined)
      throw new BuildCommandFailed(`The packtool '${packtool}' printed '${flag}' where '--package NAME FOLDER' was expected.`)
    packages.set(name, folder)
  }
  return packages
}
