import assert from 'node:assert/strict'
import {join, resolve} from 'node:path'
import {findMopsPackages, parseMopsToml} from '../../../../src/builders/motoko/mops.js'

const root = resolve('/project')
const inRoot = (...parts: string[]) => join(root, ...parts)

/** A file system of `mops.toml` files: folder below the root → text. */
function aTree(files: Record<string, string>): (file: string) => string | undefined {
  const tree = new Map(Object.entries(files).map(([folder, text]) => [inRoot(folder, 'mops.toml'), text]))
  return (file) => tree.get(file)
}

const find = (files: Record<string, string>) => findMopsPackages(root, aTree(files), (name) => name === 'base')

describe('parseMopsToml', () =>
  it('reads dependencies and the source folder, and nothing else', () =>
    assert.deepEqual(
      parseMopsToml(
        '[package]\nname = "x"\nbaseDir = "lib"\n\n[dependencies]\nmap = "9.0.1" # note\n"base@0.11" = \'0.11.1\'\n[dev-dependencies]\ntest = "2.0.0"',
      ),
      {
        baseDir: 'lib',
        dependencies: new Map([
          ['map', '9.0.1'],
          ['base@0.11', '0.11.1'],
        ]),
      },
    )))

describe('findMopsPackages', () => {
  it('follows dependencies and takes the highest version of each', () =>
    assert.deepEqual(
      find({
        '.': '[dependencies]\na = "1.0.0"\nb = "1.2.0"',
        '.mops/a@1.0.0': '[dependencies]\nb = "1.10.0"',
        '.mops/b@1.2.0': '',
        '.mops/b@1.10.0': '[package]\nbaseDir = "lib"',
      }),
      new Map([
        ['a', inRoot('.mops/a@1.0.0/src')],
        ['b', inRoot('.mops/b@1.10.0/lib')],
      ]),
    ))

  it('finds paths and repositories', () =>
    assert.deepEqual(
      find({
        '.': '[dependencies]\nlocal = "./vendor/local"\nrepo = "https://github.com/x/repo#v1@0123"',
        '.mops/_github/repo#v1': '',
      }),
      new Map([
        ['local', inRoot('vendor/local')],
        ['repo', inRoot('.mops/_github/repo#v1/src')],
      ]),
    ))

  it('leaves a bundled package that is not installed to the compiler', () =>
    assert.deepEqual(find({'.': '[dependencies]\nbase = "0.14.0"'}), new Map()))

  it('gives up when a package is not installed', () => assert.equal(find({'.': '[dependencies]\nmap = "9.0.1"'}), undefined))
})
