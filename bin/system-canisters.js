// Builds the system canisters: compiles `src/system-canisters` and installs them into an empty subnet, whose canisters are then kept in
// `templates/system-canisters/genesis.br` with their checksums beside it. `--check` fails when the committed files differ from fresh ones.
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {brotliCompressSync, constants, gunzipSync} from 'node:zlib'
import {root, transpile} from './transpile.js'

const folder = join(root, 'templates', 'system-canisters')
const SOURCES = ['icp-ledger', 'cycles-ledger', 'cycles-minting', 'icp-index', 'cycles-index', 'wallet']

await transpile()
const load = (path) => import(join(root, 'build', 'src', `${path}.js`))
const {compileMotoko} = await load('builders/motoko/compile-program')
const {MotokoCompiler} = await load('builders/motoko/compiler')
const {readMotokoProgram} = await load('builders/motoko/program')
const {WasmRuntime} = await load('replica/canister/wasm-runtime')
const {installSystemCanisters} = await load('replica/node/system-canisters/install')
const {encodeSystemCanisters} = await load('replica/node/system-canisters/image')
const {renameImport} = await load('wasm/rename-import')

const modules = await compileAll()
const runtime = new WasmRuntime({gunzip: (bytes, maxOutputLength) => gunzipSync(bytes, {maxOutputLength})})
const image = encodeSystemCanisters(installSystemCanisters(modules, runtime))
const compress = (bytes) =>
  brotliCompressSync(bytes, {
    params: {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length},
  })
const files = {
  'genesis.br': compress(image),
  'wallet.wasm.br': compress(modules.wallet.wasm),
  'checksums.json': `${JSON.stringify({image: sha256(image), modules: mapValues(modules, ({wasm}) => sha256(wasm))}, null, 2)}\n`,
}

if (process.argv.includes('--check')) check()
else write()

async function compileAll() {
  const compiler = new MotokoCompiler()
  const compiled = {}
  for (const name of SOURCES) {
    const main = join(root, 'src', 'system-canisters', `${name}.mo`)
    const program = await readMotokoProgram({canister: name, root, main, args: [], packages: new Map()})
    const {artifact, warnings} = await compileMotoko(program, {compiler, cache: undefined, siblings: new Map()})
    if (warnings.length > 0) throw new Error(warnings.join('\n'))
    compiled[name] = {wasm: artifact.wasm, candid: artifact.candid}
  }
  await compiler.close()
  // Motoko has no word for minting cycles; that for burning them has the same shape.
  compiled['cycles-minting'].wasm = renameImport(compiled['cycles-minting'].wasm, {
    module: 'ic0',
    from: 'cycles_burn128',
    to: 'mint_cycles128',
  })
  return compiled
}

function check() {
  const kept = JSON.parse(readFileSync(join(folder, 'checksums.json'), 'utf8'))
  const stale = Object.keys(modules).filter((name) => kept.modules[name] !== sha256(modules[name].wasm))
  if (stale.length === 0 && kept.image === sha256(image)) return
  console.error(
    `System canisters are stale${stale.length > 0 ? ` (${stale.join(', ')})` : ''}. Run \`node bin/system-canisters.js\` and commit what it writes.`,
  )
  process.exitCode = 1
}

function write() {
  mkdirSync(folder, {recursive: true})
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  console.log(`${SOURCES.length} canisters, image ${image.length} bytes, ${files['genesis.br'].length} compressed`)
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}
