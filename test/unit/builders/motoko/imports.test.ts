import assert from 'node:assert/strict'
import fc from 'fast-check'
import {findMotokoImports} from '../../../../src/builders/motoko/imports.js'

describe('findMotokoImports', () => {
  for (const {what, source, expected} of [
    {what: 'a file', source: 'import Lib "./lib/x";', expected: [{kind: 'file', path: './lib/x'}]},
    {what: 'a package module', source: 'import Array "mo:base/Array"', expected: [{kind: 'package', name: 'base', path: 'Array'}]},
    {what: 'a whole package', source: 'import "mo:map"', expected: [{kind: 'package', name: 'map', path: ''}]},
    {what: 'a canister', source: 'import Other "canister:other";', expected: [{kind: 'canister', name: 'other'}]},
    {what: 'a pattern', source: 'import {\n  a;\n  b = c\n} "x"', expected: [{kind: 'file', path: 'x'}]},
    {what: 'an equals sign', source: 'import {z} = "./w";', expected: [{kind: 'file', path: './w'}]},
    {what: 'primitives', source: 'import Prim "mo:⛔"', expected: [{kind: 'other', url: 'mo:⛔'}]},
    {what: 'an id', source: 'import X "ic:aaaaa-aa"', expected: [{kind: 'id', id: 'aaaaa-aa'}]},
    {what: 'nothing in a line comment', source: '// import A "a"\nimport B "b"', expected: [{kind: 'file', path: 'b'}]},
    {
      what: 'nothing in nested comments',
      source: '/* /* import A "a" */ import B "b" */ import C "c"',
      expected: [{kind: 'file', path: 'c'}],
    },
    {what: 'nothing in a text', source: 'let t = "import A \\"a\\" // \\\\"; import B "b"', expected: [{kind: 'file', path: 'b'}]},
    {what: 'nothing after a quote character', source: `let c = '"'; import B "b"; let d = '\\''`, expected: [{kind: 'file', path: 'b'}]},
    {what: 'nothing in a longer word', source: 'let importer = "x"', expected: []},
    {what: 'nothing in a comment without end', source: '/* import A "a"', expected: []},
  ])
    it(`finds ${what}`, () => assert.deepEqual(findMotokoImports(source), expected))

  it('ends on any text', () => fc.assert(fc.property(fc.string(), (source) => findMotokoImports(source).length >= 0)))

  it('finds an import behind any comment', () =>
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('*/') && !text.includes('/*') && !text.endsWith('/') && !text.endsWith('*')),
        (comment) => assert.deepEqual(findMotokoImports(`/*${comment}*/import A "a"`), [{kind: 'file', path: 'a'}]),
      ),
    ))
})
