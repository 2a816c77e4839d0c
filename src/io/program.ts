/** Under which name this program runs, and what it calls itself in messages. */
import {readFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The dfx release whose behaviour is reproduced; what scripts that ask for a dfx version are told. */
export const DFX_VERSION = '0.32.0'

export type ProgramName = 'icicle' | 'dfx'

let name: ProgramName | undefined

/** `dfx` when started through a link of that name, else `icicle`. Every hint that says what to type uses it. */
export function programName(): ProgramName {
  name ??= /^dfx(\.(js|exe|cmd))?$/i.test(basename(process.argv[1] ?? '')) ? 'dfx' : 'icicle'
  return name
}

/** The folder of the installed package: templates and `package.json` lie there. */
export function packageRoot(): string {
  return dirname(fileURLToPath(import.meta.resolve('#package.json')))
}

let version: string | undefined

/** The version of icicle itself, e.g. `0.1.0`. */
export function icicleVersion(): string {
  version ??= (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {version: string}).version
  return version
}
