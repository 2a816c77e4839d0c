import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {findText, writeJson, writeText} from '../../../src/io/files.js'
import {findPortHolder, isProcessAlive, waitForExit} from '../../../src/io/processes.js'
import {icicleVersion, programName} from '../../../src/io/program.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

describe('files', () => {
  const folder = useTemporaryFolder()

  it('that are absent are undefined', () => {
    assert.equal(findText(folder.file('none')), undefined)
    writeText(folder.file('a'), '')
    assert.equal(findText(folder.file('a', 'b')), undefined)
  })
  it('that cannot be read are errors', () => assert.throws(() => findText(folder.path), {code: 'EISDIR'}))

  it('are replaced whole, with their folders made and no part left', () => {
    const file = folder.file('x', 'y', 'z')
    writeText(file, 'one')
    writeText(file, 'two', {mode: 0o600})
    assert.equal(readFileSync(file, 'utf8'), 'two')
    assert.deepEqual(readdirSync(folder.file('x', 'y')), ['z'])
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('leave no part behind when they cannot be replaced', () => {
    mkdirSync(folder.file('d', 'inside'), {recursive: true})
    assert.throws(() => writeText(folder.file('d'), 'x'))
    assert.deepEqual(readdirSync(folder.path), ['d'])
  })

  it('hold JSON as dfx writes it', () => {
    writeJson(folder.file('j'), {a: [1]})
    assert.equal(readFileSync(folder.file('j'), 'utf8'), '{\n  "a": [\n    1\n  ]\n}\n')
  })
})

describe('processes', () => {
  it('live and end', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10000)'])
    assert.ok(isProcessAlive(child.pid!))
    assert.equal(await waitForExit(child.pid!, 1), false)
    child.kill()
    assert.equal(await waitForExit(child.pid!, 5000), true)
    assert.equal(isProcessAlive(child.pid!), false)
  })

  if (process.platform === 'linux')
    it('are known by the port they hold', async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const {port} = server.address() as AddressInfo
      assert.equal(findPortHolder(port)?.pid, process.pid)
      await new Promise((resolve) => server.close(resolve))
      assert.equal(findPortHolder(port), undefined)
    })
})

describe('program', () => {
  it('is icicle unless called dfx', () => assert.equal(programName(), 'icicle'))
  it('knows its version', () => assert.match(icicleVersion(), /^\d+\.\d+\.\d+/))
})
