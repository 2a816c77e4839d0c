// Runs the tests: transpiles `src` and `test` one to one into `build/`, then mocha over them.
//   node bin/test.js                      all that Node alone can run (unit, spec, sim, cli)
//   node bin/test.js test/unit/base       one folder or file
//   node bin/test.js --full               the long suites too (test/full: toolchains, browser, long simulations)
import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, rmSync, statSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const wanted = args.filter((arg) => !arg.startsWith('--'))
const mochaFlags = args.filter((arg) => arg.startsWith('--') && arg !== '--full')
const suites = ['unit', 'spec', 'sim', 'cli', ...(args.includes('--full') ? ['full'] : [])].map((suite) => join('test', suite))

const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts')
const listSources = (path) => {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (statSync(full).isFile()) return [path]
  return readdirSync(full, {recursive: true})
    .filter(isSource)
    .map((file) => join(path, file))
    .sort()
}

rmSync(join(root, 'build'), {recursive: true, force: true})
await build({
  absWorkingDir: root,
  entryPoints: [...listSources('src'), ...listSources('test')],
  outbase: '.',
  outdir: 'build',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
})

const tests = (wanted.length > 0 ? wanted : suites)
  .flatMap((path) => listSources(relative(root, join(process.cwd(), path)) || '.'))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('build', file.replace(/\.ts$/, '.js')))
if (tests.length === 0) {
  console.error(`No test file under ${wanted.join(', ')}.`)
  process.exit(1)
}

const {status} = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--conditions=icicle-test',
    join('node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    join('bin', 'test-reporter.cjs'),
    '--timeout',
    '60000',
    ...mochaFlags,
    ...tests,
  ],
  {cwd: root, stdio: 'inherit'},
)
process.exit(status ?? 1)
