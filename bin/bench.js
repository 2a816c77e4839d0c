// Runs the benchmarks over the shipped program: `npm run bench`, or `node bin/bench.js NAME…` on a fresh `dist/`.
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {builtFile, root, transpile} from './transpile.js'

await transpile()
const main = builtFile(join('test', 'perf', 'main.ts'))
const {status} = spawnSync(process.execPath, ['--enable-source-maps', '--conditions=icicle-test', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
