import assert from 'node:assert/strict'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {lockStore, systemProcesses} from '../../../../src/replica/store/lock.js'

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
      const lock = lockStore(folder, {...systemProcesses, isAlive: (pid) => pid !== 999999})
      assert.ok(readFileSync(join(folder, 'lock'), 'utf8').startsWith(`${process.pid}\n`))
      lock.release()
    })

  const sevenLives = (mark: string | undefined) => ({isAlive: () => true, findMark: () => mark})
  for (const {what, mark, isHeld} of [
    {what: 'began when the holder did', mark: 'boot 5', isHeld: true},
    {what: 'began later', mark: 'boot 6', isHeld: false},
    {what: 'began nobody knows when', mark: undefined, isHeld: true},
  ])
    it(`${isHeld ? 'respects' : 'takes over'} the lock of a live id whose process ${what}`, () => {
      writeFileSync(join(folder, 'lock'), '7\nboot 5\n')
      const attempt = (): void => lockStore(folder, sevenLives(mark)).release()
      if (isHeld) assert.throws(attempt, {code: 'STORE_IN_USE', pid: 7})
      else attempt()
    })

  it('is caught when it looks at the id alone: a later process with the id of the holder keeps the state', () => {
    writeFileSync(join(folder, 'lock'), '7\n\n')
    assert.throws(() => lockStore(folder, sevenLives('boot 6')), {code: 'STORE_IN_USE'})
  })

  it('says so when the folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => lockStore(join(folder, 'file', 'state')), {code: 'STORE_UNWRITABLE'})
  })
})
