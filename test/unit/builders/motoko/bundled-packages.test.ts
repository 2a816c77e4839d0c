import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {BUNDLED_PACKAGES, readBundledPackage} from '../../../../src/builders/motoko/bundled-packages.js'

describe('bundled Motoko packages', () => {
  for (const name of BUNDLED_PACKAGES.keys())
    it(`has the modules of mo:${name}`, () => {
      const files = readBundledPackage(name)
      for (const module of ['Array.mo', 'Nat.mo', 'Text.mo', 'Principal.mo']) assert.match(files.get(module) ?? '', /^module \{/m)
    })

  it('counts the version of mo:core that the compiler brings, so that the cache notices a new one', () => {
    const file = createRequire(import.meta.url).resolve('motoko/packages/latest/core.json')
    const {version} = JSON.parse(readFileSync(file, 'utf8')) as {version: string}
    assert.equal(version, `v${BUNDLED_PACKAGES.get('core')}`)
  })
})
