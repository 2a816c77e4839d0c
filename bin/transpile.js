// Transpiles `src` and `test` one to one into `build/`: what the tests and the benchmarks run.
import {existsSync, readdirSync, rmSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts')

/** The TypeScript files at or below a path, relative to the repository, sorted. */
export function listSources(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (statSync(full).isFile()) return [path]
  return readdirSync(full, {recursive: true})
    .filter(isSource)
    .map((file) => join(path, file))
    .sort()
}

/** The transpiled file of a source. */
export const builtFile = (source) => join('build', source.replace(/\.ts$/, '.js'))

export async function transpile() {
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
}
