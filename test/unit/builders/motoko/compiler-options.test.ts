import assert from 'node:assert/strict'
import {parseCompilerOptions, splitWords} from '../../../../src/builders/motoko/compiler-options.js'

describe('splitWords', () => {
  for (const {line, words} of [
    {line: '', words: []},
    {line: ' --package a  b ', words: ['--package', 'a', 'b']},
    {line: `"two words" 'and "three"' four\\ five x"y"z`, words: ['two words', 'and "three"', 'four five', 'xyz']},
    {line: `"a \\"quoted\\" word"`, words: ['a "quoted" word']},
  ])
    it(`splits ${JSON.stringify(line)}`, () => assert.deepEqual(splitWords(line), words))
})

describe('parseCompilerOptions', () => {
  const parse = (line: string) => parseCompilerOptions(splitWords(line))

  it('reads packages, warnings and metadata', () =>
    assert.deepEqual(parse('--release --package map .mops/map@9/src -W M0223 --public-metadata motoko:stable-types -c -o out.wasm'), {
      flags: ['-W', 'M0223'],
      collector: [],
      packages: new Map([['map', '.mops/map@9/src']]),
      publicMetadata: ['motoko:stable-types'],
    }))

  it('keeps the incremental collector with either persistence', () => {
    assert.deepEqual(parse('--incremental-gc').collector, ['incremental'])
    assert.deepEqual(parse('--legacy-persistence --incremental-gc').collector, ['classicOP', 'incremental'])
  })

  it('chooses classic persistence for a collector that has no other', () =>
    assert.deepEqual(parse('--generational-gc').collector, ['classicOP', 'generational']))

  it('refuses an unknown option', () =>
    assert.throws(() => parse('--nonsense'), {code: 'MOTOKO_OPTION_INVALID', message: "moc: unknown option '--nonsense'."}))
  it('refuses an option without its value', () => assert.throws(() => parse('--package map'), {code: 'MOTOKO_OPTION_INVALID'}))
})
