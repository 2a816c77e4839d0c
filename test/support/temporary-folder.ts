/** Folders that live as long as a test. */
import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** To be called in a `describe`: gives a fresh folder for each of its tests. */
export function useTemporaryFolder(): {readonly path: string; file(...parts: string[]): string} {
  let path = ''
  beforeEach(() => {
    path = realpathSync(mkdtempSync(join(tmpdir(), 'icicle-test-')))
  })
  afterEach(() => rmSync(path, {recursive: true, force: true}))
  return {
    get path() {
      return path
    },
    file: (...parts) => join(path, ...parts),
  }
}
