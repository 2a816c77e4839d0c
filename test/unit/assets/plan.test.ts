import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {AssetProperties, ProjectAsset} from '../../../src/assets/encode-content.js'
import {computeEvidence} from '../../../src/assets/evidence.js'
import {type AssetOperation, type CanisterAsset, planSync, planUploads} from '../../../src/assets/plan.js'
import {concatBytes, encodeUtf8, toHex} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'

const DEFAULTS: AssetProperties = {maxAge: undefined, headers: [], allowsRawAccess: true, isAliased: undefined}

interface Parts {
  readonly mediaType?: string
  readonly contents?: Readonly<Record<string, string>>
  readonly properties?: Partial<AssetProperties>
}
const inProject = (key: string, {mediaType = 'text/plain', contents = {identity: 'x'}, properties = {}}: Parts = {}): ProjectAsset => ({
  key,
  mediaType,
  properties: {...DEFAULTS, ...properties},
  encodings: new Map(Object.entries(contents).map(([name, text]) => [name, {bytes: encodeUtf8(text), sha256: sha256(encodeUtf8(text))}])),
  securityPolicy: undefined,
  hidesPolicyWarning: false,
})
const inCanister = (key: string, parts: Parts = {}): CanisterAsset => {
  const {mediaType, properties, encodings} = inProject(key, parts)
  return {
    key,
    mediaType,
    properties: {...properties, isAliased: properties.isAliased ?? true},
    encodings: new Map([...encodings].map(([name, {sha256: hash}]) => [name, hash])),
  }
}
const told = (operation: AssetOperation): string =>
  [
    operation.kind,
    operation.key,
    'encoding' in operation ? operation.encoding : '',
    'changes' in operation ? Object.keys(operation.changes).join('+') : '',
  ]
    .filter(Boolean)
    .join(' ')

describe('planSync', () => {
  const cases: readonly {
    readonly name: string
    readonly project: ProjectAsset[]
    readonly canister: CanisterAsset[]
    readonly plan: string[]
  }[] = [
    {name: 'nothing to do', project: [inProject('/a')], canister: [inCanister('/a')], plan: []},
    {name: 'a new asset', project: [inProject('/a')], canister: [], plan: ['create /a', 'set /a identity']},
    {name: 'an asset that is gone', project: [], canister: [inCanister('/a')], plan: ['delete /a']},
    {
      name: 'changed content',
      project: [inProject('/a', {contents: {identity: 'y'}})],
      canister: [inCanister('/a')],
      plan: ['set /a identity'],
    },
    {
      name: 'an encoding more, one less',
      project: [inProject('/a', {contents: {identity: 'x', br: 'z'}})],
      canister: [inCanister('/a', {contents: {identity: 'x', gzip: 'y'}})],
      plan: ['unset /a gzip', 'set /a br'],
    },
    {
      name: 'another media type: made anew, with all its content',
      project: [inProject('/a', {mediaType: 'text/html'})],
      canister: [inCanister('/a')],
      plan: ['delete /a', 'create /a', 'set /a identity'],
    },
    {
      name: 'other properties',
      project: [inProject('/a', {properties: {maxAge: 5n, headers: [['X', '1']], allowsRawAccess: false, isAliased: false}})],
      canister: [inCanister('/a')],
      plan: ['properties /a maxAge+headers+allowsRawAccess+isAliased'],
    },
    {
      name: 'headers in another order are the same',
      project: [
        inProject('/a', {
          properties: {
            headers: [
              ['A', '1'],
              ['B', '2'],
            ],
          },
        }),
      ],
      canister: [
        inCanister('/a', {
          properties: {
            headers: [
              ['B', '2'],
              ['A', '1'],
            ],
          },
        }),
      ],
      plan: [],
    },
    {
      name: 'a property taken away',
      project: [inProject('/a')],
      canister: [inCanister('/a', {properties: {maxAge: 5n}})],
      plan: ['properties /a maxAge'],
    },
    {
      name: 'kinds of operations first, then keys',
      project: [inProject('/c'), inProject('/b', {contents: {identity: 'y'}})],
      canister: [inCanister('/b'), inCanister('/z'), inCanister('/y')],
      plan: ['delete /y', 'delete /z', 'create /c', 'set /b identity', 'set /c identity'],
    },
  ]
  for (const {name, project, canister, plan} of cases)
    it(name, () => assert.deepEqual(planSync(project, canister).operations.map(told), plan))

  it('has nothing to do after its operations are done', () => {
    const asset = fc.record({
      key: fc.constantFrom('/a', '/b', '/c'),
      mediaType: fc.constantFrom('text/plain', 'text/html'),
      contents: fc.dictionary(fc.constantFrom('identity', 'gzip', 'br'), fc.constantFrom('x', 'y'), {minKeys: 1}),
      maxAge: fc.option(fc.constantFrom(1n, 2n), {nil: undefined}),
      isAliased: fc.option(fc.boolean(), {nil: undefined}),
    })
    const assets = fc.uniqueArray(asset, {selector: ({key}) => key})
    fc.assert(
      fc.property(assets, assets, (project, canister) => {
        const wanted = project.map(({key, mediaType, contents, maxAge, isAliased}) =>
          inProject(key, {mediaType, contents, properties: {maxAge, isAliased}}),
        )
        const present = canister.map(({key, mediaType, contents, maxAge, isAliased}) =>
          inCanister(key, {mediaType, contents, properties: {maxAge, isAliased}}),
        )
        const after = applyOperations(present, planSync(wanted, present).operations)
        assert.deepEqual(planSync(wanted, after).operations, [])
      }),
    )
  })

  it('would be caught forgetting an operation: then something is left to do', () => {
    const [wanted, present] = [[inProject('/a', {contents: {identity: 'y'}})], [inCanister('/a')]]
    const forgetful = planSync(wanted, present).operations.slice(1)
    assert.notDeepEqual(planSync(wanted, applyOperations(present, forgetful)).operations, [])
  })
})

/** What an asset canister does with operations. */
function applyOperations(assets: readonly CanisterAsset[], operations: readonly AssetOperation[]): CanisterAsset[] {
  const state = new Map(assets.map((asset) => [asset.key, asset]))
  for (const operation of operations) {
    const {key} = operation
    const asset = state.get(key)
    if (operation.kind === 'delete') state.delete(key)
    else if (operation.kind === 'create')
      state.set(key, {
        key,
        mediaType: operation.mediaType,
        properties: {...operation.properties, isAliased: operation.properties.isAliased ?? true},
        encodings: new Map(),
      })
    else if (operation.kind === 'set')
      state.set(key, {...asset!, encodings: new Map([...asset!.encodings, [operation.encoding, operation.sha256]])})
    else if (operation.kind === 'unset')
      state.set(key, {...asset!, encodings: new Map([...asset!.encodings].filter(([name]) => name !== operation.encoding))})
    else state.set(key, {...asset!, properties: {...asset!.properties, ...operation.changes}})
  }
  return [...state.values()]
}

describe('planUploads', () => {
  const set = (text: string): AssetOperation => ({
    kind: 'set',
    key: '/',
    encoding: 'identity',
    bytes: encodeUtf8(text),
    sha256: new Uint8Array(32),
  })
  const sizes = (...texts: string[]): number[][] => planUploads(texts.map(set), 10).map((chunks) => chunks.map(({bytes}) => bytes.length))

  it('packs what fits into one message', () => assert.deepEqual(sizes('aaaa', 'bbb', 'ccc', 'd'), [[4, 3, 3], [1]]))
  it('cuts what does not', () => assert.deepEqual(sizes('a'.repeat(25), 'bb'), [[10], [10], [5, 2]]))
  it('uploads an empty file as one empty chunk', () => assert.deepEqual(sizes(''), [[0]]))
  it('uploads nothing for other operations', () => assert.deepEqual(planUploads([{kind: 'delete', key: '/a'}]), []))

  it('loses and adds nothing', () =>
    fc.assert(
      fc.property(fc.array(fc.string({maxLength: 40})), (texts) => {
        const messages = planUploads(texts.map(set), 7)
        for (const [index, text] of texts.entries()) {
          const own = messages.flat().filter(({operation}) => operation === index)
          assert.deepEqual(concatBytes(...own.map(({bytes}) => bytes)), encodeUtf8(text))
        }
        for (const message of messages) assert.ok(message.reduce((sum, {bytes}) => sum + bytes.length, 0) <= 7)
      }),
    ))
})

describe('computeEvidence', () => {
  it('hashes the operations in the documented layout', () => {
    const hash = sha256(encodeUtf8('x'))
    const operations: AssetOperation[] = [
      {kind: 'delete', key: '/d'},
      {
        kind: 'create',
        key: '/a',
        mediaType: 'text/plain',
        properties: {
          maxAge: 1n,
          headers: [
            ['b', '2'],
            ['a', '1'],
          ],
          allowsRawAccess: true,
          isAliased: undefined,
        },
      },
      {kind: 'unset', key: '/u', encoding: 'br'},
      {kind: 'set', key: '/a', encoding: 'identity', bytes: encodeUtf8('x'), sha256: hash},
      {kind: 'properties', key: '/p', changes: {maxAge: undefined, isAliased: false}},
    ]
    const layout = concatBytes(
      ...[Uint8Array.of(7), encodeUtf8('/d')],
      ...[
        Uint8Array.of(4),
        encodeUtf8('/atext/plain'),
        Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 1, 3),
        encodeUtf8('a1b2'),
        Uint8Array.of(3, 1, 2),
      ],
      ...[Uint8Array.of(6), encodeUtf8('/ubr')],
      ...[Uint8Array.of(5), encodeUtf8('/aidentity'), Uint8Array.of(3), hash, encodeUtf8('x')],
      ...[Uint8Array.of(9), encodeUtf8('/p'), Uint8Array.of(3, 2, 2, 2, 3, 3, 0)],
    )
    assert.equal(toHex(computeEvidence(operations)), toHex(sha256(layout)))
  })
})
