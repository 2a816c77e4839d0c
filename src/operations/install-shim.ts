/** `shim install`: a program called `dfx` that is this one, for scripts and CI jobs that call dfx by its name. */

import {chmodSync, existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {delimiter, join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {writeText} from '../io/files.js'
import {packageRoot} from '../io/program.js'
import {ShimRefused} from './errors.js'
import type {Reporter} from './reporter.js'

const MARK = 'icicle under the name of dfx'
const EXECUTABLE = 0o755

/** Where programs of the user lie: `~/.local/bin`. */
export function defaultShimFolder(): string {
  return join(process.env.HOME || homedir(), '.local', 'bin')
}

export interface ShimReport {
  /** The file called `dfx`. */
  readonly file: string
  readonly isOnPath: boolean
}

/** Replaces an earlier shim, but no other program. Throws ShimRefused. */
export function installShim(folder: string, reporter: Reporter): ShimReport {
  const file = join(resolve(folder), 'dfx')
  if (existsSync(file) && !readFileSync(file, 'utf8').includes(MARK)) throw new ShimRefused(file)
  const program = pathToFileURL(join(packageRoot(), 'bin', 'run.js')).href
  writeText(file, `#!/usr/bin/env node\n// ${MARK}\nimport('${program}')\n`)
  chmodSync(file, EXECUTABLE)
  if (process.platform === 'win32') writeText(`${file}.cmd`, '@node "%~dp0dfx" %*\r\n')
  const isOnPath = (process.env.PATH ?? '').split(delimiter).some((entry) => entry !== '' && resolve(entry) === resolve(folder))
  reporter.info(`Installed '${file}'.`)
  if (!isOnPath) reporter.info(`Put its folder on the PATH to use it: ${pathHint(resolve(folder))}`)
  return {file, isOnPath}
}

function pathHint(folder: string): string {
  return process.platform === 'win32' ? `set PATH=${folder};%PATH%` : `export PATH="${folder}:$PATH"`
}
