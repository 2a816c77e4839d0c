import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import fc from 'fast-check'
import {envNameOf, replaceEnvBlock, writeEnvFile} from '../../../src/project/env-file.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'
import {aProject} from './makers.js'

const BEGIN = '# DFX CANISTER ENVIRONMENT VARIABLES'
const END = '# END DFX CANISTER ENVIRONMENT VARIABLES'
const block = (line: string): string => `${BEGIN}\n${line}\n${END}`

describe('replaceEnvBlock', () => {
  const cases: readonly {readonly what: string; readonly before: string; readonly after: string}[] = [
    {what: 'writes a block into an empty file', before: '', after: `\n${block("A='1'")}\n`},
    {what: 'appends to what is there', before: 'X=1\n', after: `X=1\n\n${block("A='1'")}\n`},
    {what: 'replaces its block and keeps the rest', before: `X=1\n\n${block('B=2')}\nY=2\n`, after: `X=1\n\n${block("A='1'")}\nY=2\n`},
    {what: 'replaces the last of two', before: `${block('B=2')}\n${block('C=3')}\n`, after: `${block('B=2')}\n${block("A='1'")}\n`},
    {what: 'leaves a block without an end', before: `${BEGIN}\nB=2\n`, after: `${BEGIN}\nB=2\n\n${block("A='1'")}\n`},
    {
      what: 'replaces the well-formed block before a damaged one',
      before: `${block('B=2')}\n${BEGIN}\nC=3\n`,
      after: `${block("A='1'")}\n${BEGIN}\nC=3\n`,
    },
  ]
  for (const {what, before, after} of cases) it(what, () => assert.equal(replaceEnvBlock(before, {A: '1'}), after))

  it('changes nothing when done twice', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('X=1', BEGIN, END, '', "B='2'")), (lines) => {
        const once = replaceEnvBlock(lines.join('\n'), {A: '1'})
        assert.equal(replaceEnvBlock(once, {A: '1'}), once)
      }),
    ))
})

describe('writeEnvFile', () => {
  const folder = useTemporaryFolder()
  const project = () => aProject({root: folder.path, outputEnvFile: folder.file('.env')})

  it('writes where dfx.json says', () => {
    writeFileSync(folder.file('.env'), 'X=1\n')
    assert.equal(writeEnvFile(project(), {CANISTER_ID_A: 'x'}), folder.file('.env'))
    assert.equal(readFileSync(folder.file('.env'), 'utf8'), `X=1\n\n${block("CANISTER_ID_A='x'")}\n`)
  })

  it('prefers the option', () => {
    mkdirSync(folder.file('sub'))
    assert.equal(writeEnvFile(project(), {}, 'sub/e'), folder.file('sub', 'e'))
  })

  it('writes nothing unasked', () => assert.equal(writeEnvFile(aProject({root: folder.path}), {}), undefined))
  for (const option of ['/etc/env', '../env', 'missing/env'])
    it(`refuses ${option}`, () => assert.throws(() => writeEnvFile(project(), {}, option), {code: 'ENV_FILE_INVALID'}))

  it('spells names in capitals', () => assert.equal(envNameOf('my-back_end'), 'MY_BACK_END'))
})
