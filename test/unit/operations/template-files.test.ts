import assert from 'node:assert/strict'
import {writeText} from '../../../src/io/files.js'
import {planTemplateFiles} from '../../../src/operations/template-files.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

describe('planTemplateFiles', () => {
  const folder = useTemporaryFolder()
  const layer = (name: string, files: Readonly<Record<string, string>>): string => {
    for (const [path, text] of Object.entries(files)) writeText(folder.file(name, ...path.split('/')), text)
    return folder.file(name)
  }
  const plan = (...layers: string[]) =>
    Object.fromEntries(planTemplateFiles(layers, {name: 'bob'}).map(({path, content}) => [path, content.toString()]))

  it('fills names in paths and texts, and leaves other words alone', () =>
    assert.deepEqual(plan(layer('a', {'__dot__x/__name__.txt': 'I am __name__, not __else__.'})), {
      '.x/bob.txt': 'I am bob, not __else__.',
    }))

  it('merges JSON, joins Markdown, replaces the rest', () => {
    const below = layer('a', {'p.json': '{"a":{"b":1,"l":[1]},"c":1}', 'R.md': 'one\n', 'f.txt': 'below'})
    const above = layer('b', {'p.json': '{"a":{"d":2,"l":[2]},"c":3}', 'R.md': 'two\n', 'f.txt': 'above'})
    assert.deepEqual(
      {...plan(below, above), 'p.json': JSON.parse(plan(below, above)['p.json']!)},
      {'R.md': 'one\ntwo\n', 'f.txt': 'above', 'p.json': {a: {b: 1, l: [1, 2], d: 2}, c: 3}},
    )
  })

  it('would catch layers in the wrong order', () => {
    const [a, b] = [layer('a', {'f.txt': 'a'}), layer('b', {'f.txt': 'b'})]
    assert.notDeepEqual(plan(a, b), plan(b, a))
  })
})
