import assert from 'node:assert/strict'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {lockStore} from '../../../../src/replica/store/lock.js'

describe('lockStore', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'icicle-lock-'))
  })
  afterEach(() => rmSync(folder, {recursive: true}))

  it('refuses a second holder until released', () => {
    const lock = lockStore(folder)
    assert.throws(() => lockStore(folder), {code: 'STORE_IN_USE', pid: process.pid})
    lock.release()
    lockStore(folder).release()
  })

  it('refuses a folder held by a live process', () => {
    writeFileSync(join(folder, 'lock'), `${process.ppid}\n`)
    assert.throws(() => lockStore(folder), {code: 'STORE_IN_USE', pid: process.ppid})
  })

  for (const {what, content} of [
    {what: 'a dead process', content: '999999\n'},
    {what: 'an earlier process with the same id', content: `${process.pid}\n`},
    {what: 'a process that died while writing it', content: ''},
  ])
    it(`takes over the lock of ${what}`, () => {
      writeFileSync(join(folder, 'lock'), content)
      const lock = lockStore(folder, (pid) => pid !== 999999)
      assert.equal(readFileSync(join(folder, 'lock'), 'utf8'), `${process.pid}\n`)
      lock.release()
    })

  it('says so when the folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => lockStore(join(folder, 'file', 'state')), {code: 'STORE_UNWRITABLE'})
  })
})
