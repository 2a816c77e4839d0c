/**
 * Which test exercises which command and flag: every run of the program by a test is noted, `bin/compatibility.js` makes the table of it.
 */

import {appendFileSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {repositoryRoot} from './repository-root.js'

/** One JSON object a line: `{file, test, args}`. */
export const USES_FILE = join(repositoryRoot, 'build', 'program-uses.jsonl')

let current = {file: '', test: ''}

// A hook of the whole run: it stands here so that who notes uses cannot forget it. A benchmark runs the program too, without hooks.
if (typeof beforeEach === 'function')
  beforeEach(function () {
    const test = this.currentTest
    current = {file: test?.file ?? '', test: test?.fullTitle() ?? ''}
  })

/** To be called for each run of the program. Runs in a `before` hook count for the test before, or for none. */
export function noteUse(args: readonly string[]): void {
  if (current.test === '') return
  mkdirSync(dirname(USES_FILE), {recursive: true})
  appendFileSync(USES_FILE, `${JSON.stringify({...current, args})}\n`)
}
