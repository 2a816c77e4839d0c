/** Where keys come from and how they are kept, with the shipped program in an empty home. */

import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DelegationChain, Ed25519KeyIdentity} from '@dfinity/identity'
import {repositoryRoot} from '../support/repository-root.js'
import {useSandbox} from './package-copy.js'

const vector = JSON.parse(readFileSync(join(repositoryRoot, 'test/unit/identity/fixtures/identity-vectors.json'), 'utf8'))

describe('identities', () => {
  const box = useSandbox()
  const folderOf = (name: string): string => join(box.home, '.config', 'dfx', 'identity', name)
  const principal = (name: string, input = ''): string =>
    box.runWith({input}, 'identity', 'get-principal', '--identity', name).stdout.trim()
  const succeed = (...args: readonly string[]): string => {
    const {exitCode, stderr, stdout} = box.run(...args)
    assert.equal(exitCode, 0, stderr)
    return stdout
  }
  const fails = (pattern: RegExp, ...args: readonly string[]): void => {
    const {exitCode, stderr} = box.run(...args)
    assert.notEqual(exitCode, 0)
    assert.match(stderr, pattern)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }

  it('of dfx with a passphrase are used in place, as an independent implementation wrote them', () => {
    mkdirSync(folderOf('old'), {recursive: true})
    writeFileSync(join(folderOf('old'), 'identity.pem.encrypted'), Buffer.from(vector.encrypted_hex, 'hex'))
    const encryption = {pw_salt: vector.pw_salt, file_nonce: vector.file_nonce}
    writeFileSync(join(folderOf('old'), 'identity.json'), JSON.stringify({hsm: null, encryption, keyring_identity_suffix: null}))
    assert.equal(principal('old', `${vector.passphrase}\n`), vector.principal)
    const wrong = box.runWith({input: 'wrong passphrase\n'}, 'identity', 'export', 'old')
    assert.equal(wrong.exitCode, 255)
    assert.match(wrong.stderr, /Failed to decrypt PEM file/)
  })

  it('come from a seed phrase, the same as elsewhere', () => {
    writeFileSync(join(box.folder, 'seed.txt'), `${vector.phrase}\n`)
    succeed('identity', 'import', 'seed', '--seed-file', 'seed.txt', '--storage-mode', 'plaintext')
    assert.equal(principal('seed'), vector.principal)
    assert.equal(succeed('identity', 'export', 'seed').replace(/\r/g, '').trim(), vector.pem.trim())
    writeFileSync(join(box.folder, 'seed.txt'), vector.phrase.replace('legal', 'illegal'))
    const refused = box.run('identity', 'import', 'x', '--seed-file', 'seed.txt', '--storage-mode', 'plaintext')
    assert.match(refused.stderr, /^Error: The seed phrase is not valid/)
    assert.doesNotMatch(refused.stderr, /illegal|winner/)
    fails(/cannot be used with '--seed-file <FILE>'/, 'identity', 'import', 'x', 'key.pem', '--seed-file', 'seed.txt')
  })

  it('of `new` show their phrase once, on the terminal and in no log, and it brings the key back', () => {
    const {stderr, stdout} = box.run('identity', 'new', 'alice', '--storage-mode', 'plaintext', '--log', 'tee', '--logfile', 'log.txt')
    const phrase = /^Your seed phrase for identity 'alice': ((?:\w+ ){23}\w+)$/m.exec(stderr)![1]!
    assert.equal(stdout, '')
    assert.doesNotMatch(readFileSync(join(box.folder, 'log.txt'), 'utf8'), new RegExp(phrase.split(' ').slice(0, 3).join(' ')))
    writeFileSync(join(box.folder, 'seed.txt'), phrase)
    succeed('identity', 'import', 'again', '--seed-file', 'seed.txt', '--disable-encryption')
    assert.equal(principal('again'), principal('alice'))
    if (process.platform !== 'win32') assert.equal(statSync(join(folderOf('alice'), 'identity.pem')).mode & 0o777, 0o600)
  })

  describe('in a keyring', () => {
    const env = (): NodeJS.ProcessEnv => ({DFX_CI_MOCK_KEYRING_LOCATION: join(box.folder, 'keyring.json')})
    const run = (...args: readonly string[]) => box.runWith({env: env()}, ...args)
    const entries = (): string[] => Object.keys(JSON.parse(readFileSync(join(box.folder, 'keyring.json'), 'utf8')).kv_store)

    it('are made, used, exported, renamed and removed there', () => {
      assert.equal(run('identity', 'new', 'alice', '--storage-mode', 'keyring').exitCode, 0)
      assert.deepEqual(entries(), ['internet_computer_identity_alice'])
      assert.ok(!existsSync(join(folderOf('alice'), 'identity.pem')))
      assert.equal(JSON.parse(readFileSync(join(folderOf('alice'), 'identity.json'), 'utf8')).keyring_identity_suffix, 'alice')
      const id = run('identity', 'get-principal', '--identity', 'alice').stdout
      assert.match(run('identity', 'export', 'alice').stdout, /BEGIN EC PRIVATE KEY/)
      assert.equal(run('identity', 'rename', 'alice', 'bob').exitCode, 0)
      assert.deepEqual(entries(), ['internet_computer_identity_bob'])
      assert.equal(run('identity', 'get-principal', '--identity', 'bob').stdout, id)
      assert.equal(run('identity', 'remove', 'bob', '--drop-wallets').exitCode, 0)
      assert.deepEqual(entries(), [])
    })

    it('that is not there any more: one sentence', () => {
      run('identity', 'new', 'alice', '--storage-mode', 'keyring')
      fails(/^Error: The key of identity 'alice' is in a keyring that is not there/, 'identity', 'get-principal', '--identity', 'alice')
    })

    it('that refuses: a passphrase takes its place', () => {
      const options = {env: {DFX_CI_MOCK_KEYRING_LOCATION: ''}, input: 'a long passphrase\n'}
      const {exitCode, stderr} = box.runWith(options, 'identity', 'new', 'alice', '--storage-mode', 'keyring', '--force')
      assert.equal(exitCode, 0, stderr)
      assert.match(stderr, /no keyring to be used here/)
      assert.ok(existsSync(join(folderOf('alice'), 'identity.pem.encrypted')))
    })
  })

  describe('by delegation', () => {
    const owner = Ed25519KeyIdentity.generate()
    const delegate = async (expiration: Date, to: {toDer(): Uint8Array}) =>
      JSON.stringify((await DelegationChain.create(owner, to as never, expiration)).toJSON())
    const sessionPem = (session: Ed25519KeyIdentity): string => {
      const seed = Buffer.from(session.getKeyPair().secretKey).subarray(0, 32)
      const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
      return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
    }

    it('act for their owner until the delegation ends', async () => {
      const session = Ed25519KeyIdentity.generate()
      writeFileSync(join(box.folder, 'session.pem'), sessionPem(session))
      const write = async (expiration: Date, to: {toDer(): Uint8Array}) =>
        writeFileSync(join(box.folder, 'chain.json'), await delegate(expiration, to))
      const importing = [
        'identity',
        'import',
        'guest',
        'session.pem',
        '--delegation',
        'chain.json',
        '--storage-mode',
        'plaintext',
        '--force',
      ]
      await write(new Date(Date.now() + 60_000), session.getPublicKey())
      succeed(...importing)
      assert.equal(principal('guest'), owner.getPrincipal().toText())
      await write(new Date(Date.now() - 60_000), session.getPublicKey())
      fails(/has expired/, ...importing)
      await write(new Date(Date.now() + 60_000), Ed25519KeyIdentity.generate().getPublicKey())
      fails(/is for another key/, ...importing)
      writeFileSync(join(box.folder, 'chain.json'), '{}')
      fails(/is not a delegation chain/, ...importing)
    })
  })

  it('on a hardware key are refused in one sentence', () =>
    fails(/does not support --hsm-pkcs11-lib-path/, 'identity', 'new', 'x', '--hsm-pkcs11-lib-path', '/lib/x.so', '--hsm-key-id', '0abc'))

  it('in plain text do not act on mainnet, unless the user says so', () => {
    fails(
      /^Error: The default identity is not stored securely/m,
      'canister',
      'call',
      'aaaaa-aa',
      'raw_rand',
      '--ic',
      '--update',
      '--type',
      'raw',
    )
    fails(/^Error: The default identity is not stored securely/m, 'canister', 'info', 'ryjl3-tyaaa-aaaaa-aaaba-cai', '--network', 'ic')
  })

  it('of another phrase are others (planted: a derivation that ignored the words would pass the rest)', () => {
    writeFileSync(join(box.folder, 'seed.txt'), `${'abandon '.repeat(11)}about`)
    succeed('identity', 'import', 'other', '--seed-file', 'seed.txt', '--storage-mode', 'plaintext')
    assert.notEqual(principal('other'), vector.principal)
  })
})
