// Builds the shipped program: bundles `src` into `dist` (one entry per command, shared chunks) and writes `oclif.manifest.json`.
// `--check-manifest` also fails when the committed manifest differs from the fresh one.
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifestFile = join(root, 'oclif.manifest.json')

/** Names the CommonJS globals that bundled CommonJS dependencies (oclif among them) expect inside an ES module. */
const commonJsGlobals = [
  "import {createRequire as __createRequire} from 'node:module'",
  "import {fileURLToPath as __toPath} from 'node:url'",
  "import {dirname as __toDirname} from 'node:path'",
  'const require = __createRequire(import.meta.url)',
  'const __filename = __toPath(import.meta.url)',
  'const __dirname = __toDirname(__filename)',
].join(';')

/** The files that are started by name: commands, the CLI, other programs and threads. */
const entryPatterns = [/^commands\/.*\.ts$/, /^cli\/(run|help)\.ts$/, /^cli\/hooks\/.*\.ts$/, /\.worker\.ts$/, /(^|\/)main\.ts$/]

/**
 * The agent sets up its pairing curve as it is loaded, 30 ms of CPU for every command, although our connection brings its own verifier. Here the
 * curve is set up when something first asks for it.
 */
const lateCurve = {
  name: 'late-curve',
  setup(bundle) {
    bundle.onResolve({filter: /^@noble\/curves\/bls12-381$/}, ({importer, kind}) =>
      kind === 'import-statement' && importer.includes('@dfinity') ? {path: 'bls12-381', namespace: 'late-curve'} : undefined,
    )
    bundle.onLoad({filter: /.*/, namespace: 'late-curve'}, () => ({
      resolveDir: root,
      contents: `export const bls12_381 = new Proxy({}, {get: (_, name) => require('@noble/curves/bls12-381').bls12_381[name]})`,
    }))
  },
}

export async function buildProgram() {
  rmSync(join(root, 'dist'), {recursive: true, force: true})
  const sources = listFiles(join(root, 'src')).filter((file) => entryPatterns.some((pattern) => pattern.test(file)))
  await build({
    absWorkingDir: root,
    entryPoints: sources.map((file) => join('src', file)),
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    chunkNames: 'chunks/[name]-[hash]',
    banner: {js: commonJsGlobals},
    external: ['@dfinity/response-verification', 'esbuild', 'motoko', 'motoko/*', 'typescript'],
    plugins: [lateCurve],
    logLevel: 'warning',
  })
  await buildPages()
  return writeManifest()
}

/** The scripts and the style of the pages that a local network shows: each in one file, for browsers. */
function buildPages() {
  return build({
    absWorkingDir: root,
    entryPoints: ['candid-ui.ts', 'dashboard.ts', 'pages.css'].map((file) => join('src', 'pages', 'browser', file)),
    outbase: join('src', 'pages', 'browser'),
    outdir: join('dist', 'pages'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    define: {global: 'globalThis', 'process.env.NODE_ENV': '"production"'},
    logLevel: 'warning',
  })
}

async function writeManifest() {
  const {Plugin} = await import('@oclif/core')
  const plugin = new Plugin({root, ignoreManifest: true, errorOnManifestCreate: true, type: 'core'})
  await plugin.load()
  // Commands are found in whatever order the file system answers.
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
  const fresh = `${JSON.stringify({...plugin.manifest, commands}, null, 2)}\n`
  const committed = readOptional(manifestFile)
  if (fresh !== committed) writeFileSync(manifestFile, fresh)
  return {isManifestFresh: fresh === committed}
}

function listFiles(folder) {
  return readdirSync(folder, {recursive: true})
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort()
}

function readOptional(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const {isManifestFresh} = await buildProgram()
  if (process.argv.includes('--check-manifest') && !isManifestFresh) {
    console.error('oclif.manifest.json was stale. Commit the one that `npm run build` has just written.')
    process.exitCode = 1
  }
}
