import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {removeIdentity, renameIdentity} from '../../../src/identity/change-identity.js'
import {ANONYMOUS_IDENTITY, loadIdentity} from '../../../src/identity/load.js'
import {chooseIdentity, createIdentity, listIdentities, readChosenIdentity} from '../../../src/identity/store.js'
import type {Places} from '../../../src/project/places.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

describe('identities', () => {
  const folder = useTemporaryFolder()
  const places = (): Places => ({config: folder.path, cache: folder.path, data: folder.path})
  const load = (name?: string) => {
    const told: string[] = []
    const identity = loadIdentity({places: places(), name, tell: (line) => told.push(line)})
    return {identity, told}
  }

  it('are made for the user alone', () => {
    createIdentity(places(), 'alice')
    assert.match(readFileSync(folder.file('identity', 'alice', 'identity.pem'), 'utf8'), /^-----BEGIN EC PRIVATE KEY/)
    if (process.platform !== 'win32') assert.equal(statSync(folder.file('identity', 'alice', 'identity.pem')).mode & 0o777, 0o600)
  })

  it('make the default one at first use, and only then', () => {
    const first = load()
    assert.deepEqual(first.told, ['Creating the "default" identity.', 'Created the "default" identity.'])
    const second = load()
    assert.deepEqual([second.told, second.identity.principal], [[], first.identity.principal])
  })

  it('need no file for anonymous', () => {
    assert.deepEqual(load('anonymous'), {identity: ANONYMOUS_IDENTITY, told: []})
    assert.deepEqual(listIdentities(places()), ['anonymous'])
  })

  it('are listed by name and chosen', () => {
    for (const name of ['zoe', 'alice']) createIdentity(places(), name)
    assert.deepEqual(listIdentities(places()), ['alice', 'anonymous', 'zoe'])
    assert.equal(readChosenIdentity(places()), 'default')
    chooseIdentity(places(), 'zoe')
    assert.equal(readChosenIdentity(places()), 'zoe')
    assert.equal(load().identity.name, 'zoe')
    assert.equal(readFileSync(folder.file('identity.json'), 'utf8'), '{\n  "default": "zoe"\n}\n')
  })

  it('are replaced only with force', () => {
    createIdentity(places(), 'a')
    const before = load('a').identity.principal
    assert.throws(() => createIdentity(places(), 'a'), {code: 'IDENTITY_EXISTS'})
    assert.equal(load('a').identity.principal, before)
    createIdentity(places(), 'a', {force: true})
    assert.notEqual(load('a').identity.principal, before)
  })

  for (const name of ['', 'a/b', '..', 'a b', 'ü'])
    it(`refuse the name '${name}'`, () => assert.throws(() => createIdentity(places(), name), {code: 'IDENTITY_NAME_INVALID'}))
  it('refuse to make anonymous', () => assert.throws(() => createIdentity(places(), 'anonymous'), {code: 'IDENTITY_ANONYMOUS_RESERVED'}))
  it('follow the choice when they are renamed', () => {
    for (const name of ['a', 'b']) createIdentity(places(), name)
    chooseIdentity(places(), 'a')
    assert.equal(renameIdentity(places(), 'a', 'c'), true)
    assert.equal(renameIdentity(places(), 'b', 'd'), false)
    assert.deepEqual([readChosenIdentity(places()), listIdentities(places())], ['c', ['anonymous', 'c', 'd']])
    assert.throws(() => renameIdentity(places(), 'c', 'd'), {code: 'IDENTITY_EXISTS'})
    assert.throws(() => renameIdentity(places(), 'x', 'y'), {code: 'IDENTITY_NOT_FOUND'})
    assert.throws(() => renameIdentity(places(), 'anonymous', 'y'), {code: 'IDENTITY_ANONYMOUS_RESERVED'})
  })

  it('are removed unless chosen or holding wallets', () => {
    for (const name of ['a', 'b']) createIdentity(places(), name)
    chooseIdentity(places(), 'a')
    assert.throws(() => removeIdentity(places(), 'a', {dropWallets: false}), {code: 'IDENTITY_IN_USE'})
    writeFileSync(folder.file('identity', 'b', 'wallets.json'), '{}')
    assert.throws(() => removeIdentity(places(), 'b', {dropWallets: false}), {code: 'IDENTITY_HAS_WALLETS'})
    removeIdentity(places(), 'b', {dropWallets: true})
    assert.deepEqual(listIdentities(places()), ['a', 'anonymous'])
  })

  it('would be caught if a new one left a key that others can read', () => {
    createIdentity(places(), 'planted')
    const file = folder.file('identity', 'planted', 'identity.pem')
    chmodSync(file, 0o644)
    if (process.platform !== 'win32') assert.notEqual(statSync(file).mode & 0o777, 0o600)
  })

  it('say when there is none of the name', () => {
    assert.throws(() => load('bob'), {code: 'IDENTITY_NOT_FOUND'})
    assert.throws(() => chooseIdentity(places(), 'bob'), {code: 'IDENTITY_NOT_FOUND'})
  })
  it('say when the choice is damaged', () => {
    writeFileSync(folder.file('identity.json'), '{"default": 1}')
    assert.throws(() => load(), {code: 'CONFIG_INVALID'})
  })
  it('say when the key is kept where it cannot be read', () => {
    mkdirSync(folder.file('identity', 'k'), {recursive: true})
    writeFileSync(folder.file('identity', 'k', 'identity.json'), '{"keyring_identity_suffix": "k"}')
    assert.throws(() => load('k'), {code: 'KEYRING_ENTRY_MISSING'})
  })
})
