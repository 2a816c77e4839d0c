#!/usr/bin/env node
// The shipped entry: answers `--version` before anything is imported, else hands over to the bundled CLI.
import module from 'node:module'
import {basename} from 'node:path'

const [first, ...rest] = process.argv.slice(2)
const isDfx = basename(process.argv[1]).startsWith('dfx')
if (rest.length === 0 && !isDfx && (first === '--version' || first === '-V')) {
  const {readFileSync} = await import('node:fs')
  const {version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  console.log(`icicle ${version}`)
} else {
  module.enableCompileCache?.()
  const {run} = await import('../dist/cli/run.js')
  await run(process.argv.slice(2))
}
