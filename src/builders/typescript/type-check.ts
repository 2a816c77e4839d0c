/**
 * Type checks a canister with the project's own `tsc`, which reads the project's `tsconfig.json`. A check that found nothing is not
 * repeated while none of the files it read has changed.
 */

import {existsSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {execa} from 'execa'
import {findText, writeJson} from '../../io/files.js'
import type {Diagnostic} from '../artifact.js'
import {findPackage, readManifest} from './azle-package.js'

export interface TypeCheckInput {
  readonly root: string
  readonly main: string
  /** Where what a check has learnt is kept. */
  readonly cacheFolder: string
  readonly signal: AbortSignal | undefined
}

/** What tsc is asked where there is no tsconfig.json. */
const DEFAULT_OPTIONS = ['--strict', '--skipLibCheck', '--target', 'es2024', '--module', 'es2022', '--moduleResolution', 'bundler']

/** Findings in the user's own files; undefined when there is no TypeScript in the project. */
export async function checkTypes(input: TypeCheckInput): Promise<readonly Diagnostic[] | undefined> {
  const folder = findPackage(dirname(input.main), 'typescript')
  if (folder === undefined) return undefined
  const stamp = join(input.cacheFolder, 'types.json')
  if (isUnchanged(stamp)) return []
  const config = findConfig(dirname(input.main), input.root)
  const output = await runCompiler(folder, config, input)
  const diagnostics = parseDiagnostics(output, input.root).filter(({file}) => !file.includes('node_modules'))
  const files = [...listFiles(output), ...(config === undefined ? [] : [config]), join(folder, 'package.json')]
  if (diagnostics.length === 0) writeJson(stamp, Object.fromEntries(files.map((file) => [file, describeFile(file)])))
  return diagnostics
}

async function runCompiler(folder: string, config: string | undefined, {root, main, cacheFolder, signal}: TypeCheckInput): Promise<string> {
  const {bin} = readManifest(folder)
  const tsc = join(folder, (typeof bin === 'object' ? bin.tsc : bin) ?? 'bin/tsc')
  const project = config === undefined ? [...DEFAULT_OPTIONS, main] : ['-p', config]
  const remembered = ['--incremental', '--tsBuildInfoFile', join(cacheFolder, 'tsc.tsbuildinfo')]
  const args = [tsc, '--noEmit', '--pretty', 'false', '--listFiles', ...remembered, ...project]
  const {stdout, stderr} = await execa(process.execPath, args, {cwd: root, reject: false, ...(signal ? {cancelSignal: signal} : {})})
  signal?.throwIfAborted()
  return `${stdout}\n${stderr}`
}

/** The nearest tsconfig.json, not above the project. */
function findConfig(folder: string, root: string): string | undefined {
  const file = join(folder, 'tsconfig.json')
  if (existsSync(file)) return file
  return folder === root || dirname(folder) === folder ? undefined : findConfig(dirname(folder), root)
}

/** `src/index.ts(3,9): error TS2322: …`, further lines indented; without a place: `error TS5023: …`. */
export function parseDiagnostics(output: string, root: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const line of output.split(/\r?\n/)) {
    const found = /^(?:(.+)\((\d+),(\d+)\): )?(error|warning) (TS\d+): (.*)$/.exec(line)
    const last = diagnostics.at(-1)
    if (found) diagnostics.push(toDiagnostic(found, root))
    else if (last && /^\s+\S/.test(line)) diagnostics[diagnostics.length - 1] = {...last, message: `${last.message}\n${line}`}
  }
  return diagnostics
}

function toDiagnostic(
  [, file = 'tsconfig.json', line = '1', column = '1', severity, code = '', message = '']: readonly string[],
  root: string,
): Diagnostic {
  const start = {line: Number(line), column: Number(column)}
  return {
    severity: severity === 'error' ? 'error' : 'warning',
    file: relative(root, resolve(root, file)),
    range: {start, end: {line: start.line, column: start.column + 1}},
    code,
    category: 'type',
    message,
  }
}

const listFiles = (output: string): string[] =>
  output.split(/\r?\n/).filter((line) => /\.[cm]?tsx?$|\.json$/.test(line) && existsSync(line))

function isUnchanged(stamp: string): boolean {
  const text = findText(stamp)
  if (text === undefined) return false
  const files = Object.entries(JSON.parse(text) as Record<string, string>)
  return files.every(([file, description]) => describeFile(file) === description)
}

/** Packages change by installation, which changes sizes and times; the user's files are read. */
function describeFile(file: string): string {
  if (!existsSync(file)) return 'absent'
  const {size, mtimeMs} = statSync(file)
  return file.includes('node_modules') ? `${size} ${mtimeMs}` : readFileSync(file, 'utf8')
}
