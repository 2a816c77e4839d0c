/** `test`: runs the tests of a project with Node's own test runner, each file in a process, and so with a network, of its own. */

import {existsSync, readdirSync} from 'node:fs'
import {join, relative} from 'node:path'
import {execa} from 'execa'
import {IcicleError} from '../base/errors.js'
import type {ProjectContext} from './context.js'

export class TestsMissing extends IcicleError {
  readonly code = 'TESTS_MISSING'
  constructor(where: string) {
    super(`There are no tests in '${where}'.`, {hints: ['Tests are files called *.test.js or *.test.mjs.']})
  }
}

export interface RunTestsRequest {
  /** Files or folders below the project; none: `test`. */
  readonly paths: readonly string[]
  /** Only tests whose name matches this. */
  readonly pattern: string | undefined
}

export interface TestReport {
  readonly files: readonly string[]
  readonly exitCode: number
}

const TEST_FILE = /\.test\.m?js$/

/** The runner writes to the terminal itself. Files run one after the other: builds of the same project share folders. Throws TestsMissing. */
export async function runTests(
  context: Pick<ProjectContext, 'project' | 'signal'>,
  {paths, pattern}: RunTestsRequest,
): Promise<TestReport> {
  const {root} = context.project()
  const given = paths.length > 0 ? paths : ['test']
  const files = given.flatMap((path) => listTests(root, path))
  if (files.length === 0) throw new TestsMissing(given.join(', '))
  const hook = import.meta.resolve('#entry/testing/hook/main.js')
  const named = pattern === undefined ? [] : ['--test-name-pattern', pattern]
  const args = ['--import', hook, '--test', '--test-concurrency=1', '--test-reporter=spec', ...named, ...files]
  const {exitCode = 1} = await execa(process.execPath, args, {cwd: root, stdio: 'inherit', reject: false, cancelSignal: context.signal})
  context.signal.throwIfAborted()
  return {files, exitCode}
}

function listTests(root: string, path: string): string[] {
  const full = join(root, path)
  if (!existsSync(full)) throw new TestsMissing(path)
  if (TEST_FILE.test(path)) return [path]
  return readdirSync(full, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && TEST_FILE.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}
