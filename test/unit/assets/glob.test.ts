import assert from 'node:assert/strict'
import {findGlobExpression} from '../../../src/assets/glob.js'

describe('findGlobExpression', () => {
  const cases: readonly {readonly glob: string; readonly yes: readonly string[]; readonly no: readonly string[]}[] = [
    {glob: '*', yes: ['a', 'a.html'], no: ['a/b']},
    {glob: '*.js', yes: ['a.js', '.js'], no: ['d/a.js', 'a.jsx', 'ajs']},
    {glob: '**/*', yes: ['a', 'a/b', 'a/b/c.d'], no: []},
    {glob: '**/*.js', yes: ['a.js', 'd/e/a.js'], no: ['a.css']},
    {glob: 'd/**', yes: ['d/a', 'd/a/b'], no: ['d', 'dd/a']},
    {glob: 'd/**/x', yes: ['d/x', 'd/a/x', 'd/a/b/x'], no: ['d/ax', 'x']},
    {glob: 'a**b', yes: ['ab', 'axb'], no: ['a/b']},
    {glob: 'a?c', yes: ['abc', 'aäc'], no: ['ac', 'a/c']},
    {glob: '[ab]x', yes: ['ax', 'bx'], no: ['cx']},
    {glob: '[!a-c]x', yes: ['dx'], no: ['ax', '/x']},
    {glob: '*.{png,jp?g}', yes: ['a.png', 'a.jpeg'], no: ['a.gif', 'a.{png']},
    {glob: 'a,b', yes: ['a,b'], no: ['a']},
    {glob: '\\*', yes: ['*'], no: ['a']},
    {glob: '.well-known', yes: ['.well-known'], no: ['xwell-known']},
    {glob: 'a(b)+$^', yes: ['a(b)+$^'], no: ['ab']},
  ]
  for (const {glob, yes, no} of cases)
    it(glob, () => {
      const expression = findGlobExpression(glob)!
      for (const path of yes) assert.ok(expression.test(path), path)
      for (const path of no) assert.ok(!expression.test(path), path)
    })

  for (const glob of ['[', 'a[]', '{a', 'a}', 'x\\']) it(`finds none in ${glob}`, () => assert.equal(findGlobExpression(glob), undefined))
})
