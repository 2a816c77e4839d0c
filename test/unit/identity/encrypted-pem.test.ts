import assert from 'node:assert/strict'
import {createCipheriv} from 'node:crypto'
import {existsSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {argon2id} from '@noble/hashes/argon2'
import {decryptPem, encryptPem} from '../../../src/identity/encrypted-pem.js'
import {loadIdentity} from '../../../src/identity/load.js'
import {newIdentity} from '../../../src/operations/new-identity.js'
import {SILENT} from '../../../src/operations/reporter.js'
import type {Places} from '../../../src/project/places.js'
import {repositoryRoot} from '../../support/repository-root.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

const PASSPHRASE = 'correct horse'

describe('encrypted PEM', () => {
  it('opens with its passphrase and with no other', () => {
    const encrypted = encryptPem('a PEM text', PASSPHRASE)
    assert.match(encrypted.pwSalt, /^[0-9a-f]{64}$/)
    assert.equal(encrypted.fileNonce.length, 12)
    assert.equal(encrypted.content.length, 'a PEM text'.length + 16)
    assert.equal(decryptPem(encrypted, PASSPHRASE), 'a PEM text')
    assert.throws(() => decryptPem(encrypted, 'correct house'), {code: 'PASSPHRASE_WRONG'})
  })

  it('opens what is written from the description of the format alone', () => {
    const pwSalt = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    const salt = Buffer.from(`${pwSalt}`, 'base64')
    assert.equal(salt.length, 48)
    const key = argon2id(PASSPHRASE, salt, {m: 64_000, t: 3, p: 1, dkLen: 32})
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 5))
    const content = Buffer.concat([cipher.update('text'), cipher.final(), cipher.getAuthTag()])
    assert.equal(decryptPem({pwSalt, fileNonce: Buffer.alloc(12, 5), content}, PASSPHRASE), 'text')
  })

  it('opens what an independent implementation has encrypted', () => {
    const vector = JSON.parse(readFileSync(join(repositoryRoot, 'test/unit/identity/fixtures/identity-vectors.json'), 'utf8'))
    const content = Buffer.from(vector.encrypted_hex, 'hex')
    assert.equal(
      decryptPem({pwSalt: vector.pw_salt, fileNonce: Uint8Array.from(vector.file_nonce), content}, vector.passphrase),
      vector.pem,
    )
  })

  it('would catch a file that was changed', () => {
    const planted = encryptPem('text', PASSPHRASE)
    const content = Uint8Array.from(planted.content)
    content[0]! ^= 1
    assert.throws(() => decryptPem({...planted, content}, PASSPHRASE), {code: 'PASSPHRASE_WRONG'})
    assert.throws(() => decryptPem({...planted, content: new Uint8Array(3)}, PASSPHRASE), {code: 'PASSPHRASE_WRONG'})
  })
})

describe('newIdentity', () => {
  const folder = useTemporaryFolder()
  const places = (): Places => ({config: folder.path, cache: folder.path, data: folder.path})
  const request = {name: 'alice', force: false, mode: undefined, isInteractive: true}
  const answering = (...answers: readonly string[]) => {
    const left = [...answers]
    return () => left.shift() ?? assert.fail('asked once more')
  }

  it('protects a key with a passphrase and asks for it at use', async () => {
    assert.equal(
      (await newIdentity(places(), {...request, askPassphrase: answering(PASSPHRASE, PASSPHRASE)}, SILENT)).storage,
      'password-protected',
    )
    assert.ok(!existsSync(folder.file('identity', 'alice', 'identity.pem')))
    if (process.platform !== 'win32') assert.equal(statSync(folder.file('identity', 'alice', 'identity.pem.encrypted')).mode & 0o777, 0o600)
    const json = JSON.parse(readFileSync(folder.file('identity', 'alice', 'identity.json'), 'utf8'))
    assert.deepEqual([json.hsm, json.keyring_identity_suffix, json.encryption.file_nonce.length], [null, null, 12])
    const told: string[] = []
    const identity = loadIdentity({places: places(), name: 'alice', tell: (line) => told.push(line), askPassphrase: answering(PASSPHRASE)})
    assert.deepEqual([identity.isPlaintext, told], [false, ['Decryption complete.']])
  })

  it('refuses a short passphrase, and two that differ, and makes nothing', async () => {
    await assert.rejects(newIdentity(places(), {...request, askPassphrase: answering('short', 'short')}, SILENT), {
      code: 'PASSPHRASE_TOO_SHORT',
    })
    await assert.rejects(newIdentity(places(), {...request, askPassphrase: answering(PASSPHRASE, 'other')}, SILENT), {
      code: 'PASSPHRASES_DIFFER',
    })
    assert.ok(!existsSync(folder.file('identity')))
  })

  it('asks nothing for a name that is taken', async () => {
    await newIdentity(places(), {...request, mode: 'plaintext'}, SILENT)
    await assert.rejects(newIdentity(places(), {...request, askPassphrase: answering()}, SILENT), {code: 'IDENTITY_EXISTS'})
  })

  it('keeps plain text with a warning where nobody can type', async () => {
    const warnings: string[] = []
    const report = await newIdentity(places(), {...request, isInteractive: false}, {...SILENT, warn: (text) => warnings.push(text)})
    assert.deepEqual([report.storage, warnings.length], ['plaintext', 1])
  })
})
