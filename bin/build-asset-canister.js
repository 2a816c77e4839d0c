// Builds the asset canister from src/system-canisters/asset-canister into templates/assetstorage, with the program in `dist`: module (gzip),
// interface and checksum. The compiler is deterministic, so a second run changes nothing; `--check` fails when it would.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = join(root, 'src', 'system-canisters', 'asset-canister')
const target = join(root, 'templates', 'assetstorage')
const checksumFile = join(target, 'assetstorage.sha256')

/** The canister as a project of its own. Gateways read from its metadata that it certifies with version 2. */
const project = {
  canisters: {
    assetstorage: {
      type: 'motoko',
      main: 'asset-canister/main.mo',
      metadata: [{name: 'supported_certificate_versions', visibility: 'public', content: '1,2'}],
    },
  },
}

/**
 * Pages of memory to begin with, beyond what the compiler asks for. A query that has to grow the memory costs its instance, because memory
 * cannot shrink again: measured 2026-11-24, 100 kB pages at 177 requests/s without, 259 with, on a loaded machine.
 */
const SPARE_PAGES = 512
const MEMORY_SECTION = 5

/** The module with a larger initial memory. Section: `05 ‖ size ‖ 01 ‖ flags ‖ minimum`, numbers in LEB128. */
function withSpareMemory(wasm) {
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = readLeb(wasm, at + 1)
    if (wasm[at] === MEMORY_SECTION) {
      const [minimum, rest] = readLeb(wasm, body + 2)
      const content = [...wasm.subarray(body, body + 2), ...leb(minimum + SPARE_PAGES), ...wasm.subarray(rest, body + size)]
      const section = Buffer.from([MEMORY_SECTION, ...leb(content.length), ...content])
      return Buffer.concat([wasm.subarray(0, at), section, wasm.subarray(body + size)])
    }
    at = body + size
  }
  throw new Error('the module has no memory')
}

function readLeb(bytes, start) {
  let value = 0
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    value += (bytes[at] & 127) * factor
    if (bytes[at] < 128) return [value, at + 1]
  }
}

function leb(value) {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))]
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Over the files in order, each as name, NUL, content: what a test can compare without compiling. */
function hashSources() {
  const files = readdirSync(sources).sort()
  return sha256(Buffer.concat(files.flatMap((file) => [Buffer.from(`${file}\0`), readFileSync(join(sources, file))])))
}

const folder = mkdtempSync(join(tmpdir(), 'icicle-asset-canister-'))
try {
  cpSync(sources, join(folder, 'asset-canister'), {recursive: true})
  writeFileSync(join(folder, 'dfx.json'), JSON.stringify(project))
  writeFileSync(join(folder, 'canister_ids.json'), JSON.stringify({assetstorage: {ic: 'aaaaa-aa'}}))
  const {status} = spawnSync(process.execPath, [join(root, 'bin', 'run.js'), 'build', '--network', 'ic'], {cwd: folder, stdio: 'inherit'})
  if (status !== 0) process.exit(1)
  const built = join(folder, '.dfx', 'ic', 'canisters', 'assetstorage')
  const wasm = withSpareMemory(readFileSync(join(built, 'assetstorage.wasm')))
  const candid = readFileSync(join(built, 'constructor.did'))
  const checksum = `${sha256(wasm)}  assetstorage.wasm\n${hashSources()}  sources\n`
  if (process.argv.includes('--check')) {
    const isFresh = readFileSync(checksumFile, 'utf8') === checksum
    if (!isFresh) console.error('templates/assetstorage does not fit its sources: run `node bin/build-asset-canister.js`.')
    process.exitCode = isFresh ? 0 : 1
  } else {
    writeFileSync(join(target, 'assetstorage.wasm.gz'), gzipSync(wasm, {level: 9}))
    writeFileSync(join(target, 'assetstorage.did'), candid)
    writeFileSync(checksumFile, checksum)
    console.log(`assetstorage.wasm: ${wasm.length} bytes, ${checksum.slice(0, 64)}`)
  }
} finally {
  rmSync(folder, {recursive: true, force: true})
}
