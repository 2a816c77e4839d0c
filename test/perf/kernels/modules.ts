/** The kernels as built: see `build.sh`, which also writes the checksums. */

import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryRoot} from '../../support/repository-root.js'

export const KERNELS = ['sha256', 'sort', 'matmul', 'format', 'btree', 'fib', 'scatter', 'bytes', 'memcpy', 'nbody'] as const

const FOLDER = join(repositoryRoot, 'test', 'perf', 'kernels')

/** Throws when the module is not the one that was built from the sources. */
export function kernelModule(width: 32 | 64): Uint8Array {
  const files = readFileSync(join(FOLDER, 'SHA256SUMS'), 'utf8').trim().split('\n')
  for (const [expected, name] of files.map((line) => line.split(/\s+/)))
    if (
      createHash('sha256')
        .update(readFileSync(join(FOLDER, name!)))
        .digest('hex') !== expected
    )
      throw new Error(`${name} was changed: run build.sh`)
  return new Uint8Array(readFileSync(join(FOLDER, `kernels${width}.wasm`)))
}
