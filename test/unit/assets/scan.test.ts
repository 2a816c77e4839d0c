import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {encodeAsset} from '../../../src/assets/encode-content.js'
import {isCompressible, mediaTypeOf} from '../../../src/assets/media-types.js'
import {scanSources} from '../../../src/assets/scan.js'
import {policyWarnings, withPolicy} from '../../../src/assets/security-policy.js'

describe('scanSources', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'icicle-scan-'))
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))

  const write = (files: Record<string, string>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), {recursive: true})
      writeFileSync(join(root, path), content)
    }
  }
  const scan = (...folders: string[]) => scanSources((folders.length > 0 ? folders : ['.']).map((folder) => join(root, folder)))
  const keys = (...folders: string[]): string[] => scan(...folders).assets.map(({key}) => key)
  const configOf = (key: string) => scan().assets.find((asset) => asset.key === key)!.config

  it('leaves dot files at home, but for .well-known', () => {
    write({a: '', 'b/c': '', '.d': '', '.e/f': '', '.well-known/g': '', 'b/.well-known/h': '', '.ic-assets.json': '[]'})
    assert.deepEqual(keys(), ['/.well-known/g', '/a', '/b/.well-known/h', '/b/c'])
  })

  it('ignores and takes in again by rule', () => {
    write({
      a: '',
      'b.map': '',
      '.d': '',
      '.e/f': '',
      '.ic-assets.json5': '[{match: "**/*.map", ignore: true}, {match: ".d", ignore: false}, {match: ".e", ignore: false}]',
    })
    assert.deepEqual(keys(), ['/.d', '/.e/f', '/a'])
  })

  it('merges sources and names the files of a key that two of them have', () => {
    write({'one/a': '', 'two/b': '', 'three/a': ''})
    assert.deepEqual(keys('one', 'two'), ['/a', '/b'])
    assert.throws(() => keys('one', 'three'), {code: 'ASSET_KEY_TWICE', message: /'\/a' defined at .*one.a and .*three.a/})
    assert.throws(() => keys('none'), {code: 'ASSET_SOURCE_MISSING'})
  })

  it('applies rules in order, those of inner folders last', () => {
    write({
      'd/x': '',
      y: '',
      '.ic-assets.json5': `[
        {match: '**/*', headers: {A: '1', B: '1'}, cache: {max_age: 10}, allow_raw_access: false},
        {match: 'y', headers: null},
        {match: 'y', headers: {C: '1'}, enable_aliasing: false},
      ]`,
      'd/.ic-assets.json5': "[{match: 'x', headers: {A: '2'}, cache: {max_age: 20}, encodings: ['br'], security_policy: 'hardened'}]",
    })
    assert.deepEqual(configOf('/y').headers, {C: '1'})
    assert.equal(configOf('/y').isAliased, false)
    const inner = configOf('/d/x')
    assert.deepEqual(inner, {
      maxAge: 20n,
      headers: {A: '2', B: '1'},
      isIgnored: undefined,
      isAliased: undefined,
      allowsRawAccess: false,
      encodings: ['br'],
      securityPolicy: 'hardened',
      hidesPolicyWarning: false,
    })
  })

  it('tells the rules that match nothing', () => {
    write({a: '', '.ic-assets.json': '[{"match": "b", "ignore": true}, {"match": "a"}]'})
    const [file, rules] = [...scan().unusedRules][0]!
    assert.equal(file, join(root, '.ic-assets.json'))
    assert.deepEqual(
      rules.map(({source}) => source),
      [{match: 'b', ignore: true}],
    )
  })

  const faults = [
    '{}',
    '[1]',
    '[{}]',
    '[{match: 1}]',
    '[{match: "["}]',
    '[{match: "a", cache: 5}]',
    '[{match: "a", cache: {max_age: -1}}]',
    '[{match: "a", headers: {a: 1}}]',
    '[{match: "a", ignore: 1}]',
    '[{match: "a", encodings: ["lzma"]}]',
    '[{match: "a", security_policy: "x"}]',
    '[{match: "a", oops: 1}]',
  ]
  for (const text of faults)
    it(`refuses the rules ${text}`, () => {
      write({'.ic-assets.json5': text})
      assert.throws(() => scan(), {code: 'ASSET_CONFIG_INVALID'})
    })
  it('refuses two rule files in one folder', () => {
    write({'.ic-assets.json5': '[]', '.ic-assets.json': '[]'})
    assert.throws(() => scan(), {code: 'ASSET_CONFIG_INVALID'})
  })

  it('compresses text where that makes it smaller', async () => {
    write({
      'a.js': 'x'.repeat(1000),
      'b.txt': 'y',
      'c.png': 'z'.repeat(1000),
      'd.js': 'w'.repeat(1000),
      '.ic-assets.json': '[{"match": "d.js", "encodings": ["gzip", "br"]}]',
    })
    const encoded = new Map(await Promise.all(scan().assets.map(async (asset) => [asset.key, await encodeAsset(asset)] as const)))
    const names = (key: string): string => [...encoded.get(key)!.encodings.keys()].join(' ')
    assert.deepEqual(['/a.js', '/b.txt', '/c.png', '/d.js'].map(names), ['identity gzip', 'identity', 'identity', 'gzip br'])
    assert.equal(gunzipSync(encoded.get('/a.js')!.encodings.get('gzip')!.bytes).toString(), 'x'.repeat(1000))
  })

  it('knows media types', () => {
    const types = ['/a.HTML', '/b.js', '/c', '/d.tar.gz', '/e.constructor', '/f.wasm'].map(mediaTypeOf)
    assert.deepEqual(types, [
      'text/html',
      'text/javascript',
      'application/octet-stream',
      'application/gzip',
      'application/octet-stream',
      'application/wasm',
    ])
    assert.deepEqual(['text/css', 'application/javascript', 'image/png'].map(isCompressible), [true, true, false])
  })

  it('adds the headers of a policy below the own ones', () => {
    const headers = withPolicy('standard', {'x-frame-options': 'SAMEORIGIN'})
    assert.deepEqual(
      [headers['x-frame-options'], headers['X-Frame-Options'], headers['Referrer-Policy']],
      ['SAMEORIGIN', undefined, 'same-origin'],
    )
    assert.deepEqual(withPolicy('disabled', {a: 'b'}), {a: 'b'})
  })

  it('warns about missing and default policies', () => {
    const asset = (key: string, securityPolicy: 'standard' | 'hardened' | 'disabled' | undefined) => ({
      key,
      securityPolicy,
      hidesPolicyWarning: false,
    })
    assert.match(policyWarnings([asset('/a', undefined)])[0]!, /does not define a security policy for any assets/)
    const [missing, standard] = policyWarnings([asset('/a', undefined), asset('/b', 'standard'), asset('/c', 'hardened')])
    assert.match(missing!, /for some assets[\s\S]*- \/a$/)
    assert.match(standard!, /for some assets[\s\S]*Unhardened assets:\n {2}- \/b$/)
    assert.deepEqual(
      policyWarnings([asset('/c', 'hardened'), asset('/d', 'disabled'), {...asset('/e', undefined), hidesPolicyWarning: true}]),
      [],
    )
  })
})
