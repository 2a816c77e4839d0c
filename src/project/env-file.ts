/** The block of canister variables in a project's `.env`. Text outside the block is the user's and stays as it is. */
import {existsSync} from 'node:fs'
import {dirname, isAbsolute, join, relative} from 'node:path'
import {findText, writeText} from '../io/files.js'
import {EnvFileInvalid} from './errors.js'
import type {Project} from './project.js'

const BEGIN = '# DFX CANISTER ENVIRONMENT VARIABLES'
const END = '# END DFX CANISTER ENVIRONMENT VARIABLES'

/** `CANISTER_ID_<NAME>` and the like spell a canister's name this way: upper case, `-` as `_`. */
export function envNameOf(canister: string): string {
  return canister.replaceAll('-', '_').toUpperCase()
}

/** The text with its last well-formed block replaced by the given variables, or with a new block at its end. */
export function replaceEnvBlock(text: string, variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'`)
  const block = `${[BEGIN, ...lines, END].join('\n')}`
  const old = findBlock(text)
  return old ? text.slice(0, old.start) + block + text.slice(old.end) : `${text}\n${block}\n`
}

/** From the last begin line that an end line follows before another begin line does. */
function findBlock(text: string): {readonly start: number; readonly end: number} | undefined {
  const begins = [...text.matchAll(new RegExp(`^${BEGIN}`, 'gm'))].map(({index}) => index)
  for (const start of begins.reverse()) {
    const end = text.indexOf(`\n${END}`, start)
    const next = text.indexOf(`\n${BEGIN}`, start)
    if (end >= 0 && (next < 0 || end < next)) return {start, end: end + 1 + END.length}
  }
  return undefined
}

/**
 * Writes the variables to the file of the `--output-env-file` option (relative to the project) or of dfx.json; nothing without either.
 * Gives the file written. Throws EnvFileInvalid for a path outside the project or without a parent folder.
 */
export function writeEnvFile(project: Project, variables: Readonly<Record<string, string>>, option?: string): string | undefined {
  if (option !== undefined && isAbsolute(option)) throw new EnvFileInvalid(`The path of the env file must be relative, got '${option}'.`)
  const file = option === undefined ? project.outputEnvFile : join(project.root, option)
  if (file === undefined) return undefined
  const inside = relative(project.root, file)
  if (inside.startsWith('..') || isAbsolute(inside)) throw new EnvFileInvalid(`The env file '${file}' is outside the project.`)
  if (!existsSync(dirname(file))) throw new EnvFileInvalid(`The folder of the env file '${file}' does not exist.`)
  const text = replaceEnvBlock(findText(file) ?? '', variables)
  writeText(file, text)
  return file
}
