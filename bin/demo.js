// Plays the main job in a temporary folder as a user would type it: new, start, deploy, call, top up, status, stop.
// Prints each command and its output; ends non-zero when any step fails or answers something else than it should.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const program = join(dirname(fileURLToPath(import.meta.url)), 'run.js')
const home = mkdtempSync(join(tmpdir(), 'icicle-demo-'))
const project = join(home, 'hello')
/** A HOME of its own: the demo touches nothing of the user's, and its network listens on a port of its own. */
const environment = {...process.env, HOME: home, USERPROFILE: home, DFX_CONFIG_ROOT: home, DFX_CACHE_ROOT: home}

const steps = [
  {args: ['new', 'hello', '--type', 'motoko', '--no-frontend'], cwd: home},
  {args: ['start', '--background', '--host', '127.0.0.1:0']},
  {args: ['deploy']},
  {args: ['canister', 'call', 'hello_backend', 'greet', '("world")', '--query'], expected: /^\("Hello, world!"\)$/m},
  {args: ['canister', 'call', 'hello_backend', 'increment'], expected: /^\(1 : nat\)$/m},
  {args: ['canister', 'call', 'hello_backend', 'increment'], expected: /^\(2 : nat\)$/m},
  {args: ['cycles', 'top-up', 'hello_backend', '2T']},
  {args: ['canister', 'status', 'hello_backend'], expected: /^Status: Running$/m},
]

/** Runs one command, shows it, and returns whether it did what it should. */
function play({args, cwd = project, expected}) {
  console.log(`\n$ icicle ${args.map((arg) => (/^[\w./:@-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')}`)
  const {status, signal, stdout, stderr} = spawnSync(process.execPath, [program, ...args], {cwd, env: environment, encoding: 'utf8'})
  process.stdout.write(stderr + stdout)
  if (status !== 0) return fail(`it ended with ${signal ?? `exit code ${status}`}`)
  if (expected && !expected.test(stdout)) return fail(`its output does not match ${expected}`)
  return true
}

function fail(reason) {
  console.error(`\nThe demo failed: ${reason}.`)
  return false
}

const started = process.hrtime.bigint()
let isFine = false
try {
  isFine = steps.every(play)
} finally {
  isFine = play({args: ['stop'], cwd: home}) && isFine
  rmSync(home, {recursive: true, force: true, maxRetries: 5})
}
if (isFine)
  console.log(`\nFrom nothing to a called, topped-up canister in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s.`)
process.exitCode = isFine ? 0 : 1
