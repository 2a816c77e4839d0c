// Runs the tests: transpiles `src` and `test` one to one into `build/`, then mocha over them.
//   node bin/test.js                      all that Node alone can run (unit, spec, sim, cli)
//   node bin/test.js test/unit/base       some folders or files
//   node bin/test.js test/full            the suites that need other toolchains or minutes
// The command line tests drive `dist/`: build first (`npm test` does).
import {spawnSync} from 'node:child_process'
import {join, relative} from 'node:path'
import {builtFile, listSources, root, transpile} from './transpile.js'

const SUITES = ['unit', 'spec', 'sim', 'cli'].map((suite) => join('test', suite))

const args = process.argv.slice(2)
const paths = args.filter((arg) => !arg.startsWith('--'))
const mochaFlags = args.filter((arg) => arg.startsWith('--'))

await transpile()
const tests = (paths.length > 0 ? paths.map((path) => relative(root, join(process.cwd(), path))) : SUITES)
  .flatMap(listSources)
  .filter((file) => file.endsWith('.test.ts'))
  .map(builtFile)
if (tests.length === 0) {
  console.error(`No test file under ${paths.join(', ')}.`)
  process.exit(1)
}

const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js')
const nodeFlags = ['--enable-source-maps', '--conditions=icicle-test']
const reporter = ['--reporter', join('bin', 'test-reporter.cjs'), '--timeout', '60000']
const {status} = spawnSync(process.execPath, [...nodeFlags, mocha, ...reporter, ...mochaFlags, ...tests], {cwd: root, stdio: 'inherit'})
process.exit(status ?? 1)
