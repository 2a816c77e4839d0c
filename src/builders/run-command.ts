/** Runs a command of dfx.json: a build step, a packtool, a hook. */

import {existsSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {execa} from 'execa'
import {BuildCommandFailed} from './errors.js'
import {splitWords} from './motoko/compiler-options.js'

export interface CommandRun {
  /** As written in dfx.json; split as a shell would. */
  readonly command: string
  /** Absolute; the project's root. */
  readonly root: string
  /** Besides the environment of icicle itself. */
  readonly env: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** What fails when it fails, e.g. `The custom tool failed.`, or the sentence to `failed with exit code 3`. */
  readonly failure: string | ((end: string) => string)
}

export interface CommandOutput {
  readonly stdout: string
  readonly stderr: string
}

/** A first word that names a file below the root is that file, else PATH decides. Throws BuildCommandFailed with what it printed. */
export async function runCommand({command, root, env, signal, failure}: CommandRun): Promise<CommandOutput> {
  const [first = '', ...args] = splitWords(command)
  const inRoot = resolve(root, first)
  const program = first !== '' && existsSync(inRoot) && statSync(inRoot).isFile() ? inRoot : first
  const result = await execa(program, args, {cwd: root, env, reject: false, ...(signal ? {cancelSignal: signal} : {})})
  signal?.throwIfAborted()
  if (!result.failed) return {stdout: result.stdout, stderr: result.stderr}
  const end = describeEnd(result)
  const head = typeof failure === 'string' ? `${failure}\nThe command '${command}' ${end}.` : failure(end)
  throw new BuildCommandFailed([head, result.stdout, result.stderr].filter(Boolean).join('\n'), {
    hints: result.code === 'ENOENT' ? [`Is '${first}' installed and on the PATH?`] : [],
  })
}

function describeEnd({code, exitCode, signal}: {readonly code?: string; readonly exitCode?: number; readonly signal?: string}): string {
  if (code === 'ENOENT') return 'failed: the program was not found (Is it installed?)'
  if (code === 'EACCES') return 'failed: the file is not executable'
  return signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`
}
