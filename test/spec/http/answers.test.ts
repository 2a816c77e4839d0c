/** Digest http-interface sections 6 to 9: the ingress filter, answers to calls and queries, and read_state of every path. */

import assert from 'node:assert/strict'
import {createPublicKey, verify} from 'node:crypto'
import {Certificate, LookupPathStatus, lookupResultToBuffer} from '@dfinity/agent'
import {concatBytes, encodeUtf8, fromHex, toHex} from '../../../src/base/bytes.js'
import {decodeCertificate} from '../../../src/protocol/certificate.js'
import {lookup} from '../../../src/protocol/hash-tree.js'
import {
  type CanisterId,
  canisterIdFromNumber,
  type Principal,
  principalFromBytes,
  principalToBytes,
  principalToText,
} from '../../../src/protocol/principal.js'
import {hashOfMap, RESPONSE_SEPARATOR} from '../../../src/protocol/request-id.js'
import {toAgentPrincipal} from '../../support/agent-client.js'
import {
  type Content,
  delegate,
  envelopeOf,
  fetchSubnetId,
  type HttpAnswer,
  methodContent,
  readMap,
  readStateContent,
  requestIdOf,
  send,
  TestKey,
} from '../../support/raw-http.js'
import {managementArgument, useUniversalNetwork} from '../../support/universal-network.js'
import {
  appendNumber,
  appendRead,
  blob,
  ic0,
  invoke,
  makeCall,
  type Piece,
  program,
  reject,
  reply,
  setHook,
  trap,
} from '../universal/program.js'

const NO_ARGUMENTS = encodeUtf8('DIDL\0\0')

type Labels = readonly (string | Uint8Array)[]

const describePath = (path: () => Labels): string =>
  String(path)
    .replace(/^\(\) => \[|\]$/g, '')
    .replaceAll("'", '')
    .replaceAll(', ', '/')

describe('answers over HTTP', () => {
  const net = useUniversalNetwork()
  let canister: CanisterId
  let text: string
  let subnetId: Principal
  before(async () => {
    canister = await net.install({
      customSections: [
        {name: 'icp:public open', content: encodeUtf8('for all')},
        {name: 'icp:private closed', content: encodeUtf8('for controllers')},
      ],
    })
    text = principalToText(canister)
    subnetId = await fetchSubnetId(net.url)
  })

  const at = (kind: string, version: number, id = text, scope = 'canister'): string => `${net.url}/api/v${version}/${scope}/${id}/${kind}`
  const call = (version: number, content: Content, key?: TestKey, id = text): Promise<HttpAnswer> =>
    send(at('call', version, id), envelopeOf(content, key))
  const updating = (pieces: readonly Piece[], more: object = {}): Content =>
    methodContent('call', canister, 'update', {arg: program(...pieces), ...more})
  const open = (certificate: Uint8Array, id = canister): Promise<Certificate> =>
    Certificate.create({certificate, rootKey: net.agent.rootKey!, canisterId: toAgentPrincipal(id)})
  const status = async (content: Content, key?: TestKey): Promise<string> => {
    const id = requestIdOf(content)
    const answer = await readState([['request_status', id]], {key})
    const opened = await open(readMap(answer).get('certificate') as Uint8Array)
    const found = lookupResultToBuffer(opened.lookup_path(['request_status', id, 'status'].map(toBytes)))
    return found ? Buffer.from(found).toString() : 'unknown'
  }
  const readState = (
    paths: readonly Labels[],
    {
      key,
      version = 3,
      scope = 'canister',
      id = scope === 'subnet' ? principalToText(subnetId) : text,
    }: {key?: TestKey | undefined; version?: number; scope?: string; id?: string} = {},
  ): Promise<HttpAnswer> => send(at('read_state', version, id, scope), envelopeOf(readStateContent(paths, key?.principal), key))

  describe('calls', () => {
    for (const version of [3, 4])
      it(`version ${version}: give a certificate of the reply`, async () => {
        const content = updating([reply('certified')])
        const answer = await call(version, content)
        assert.equal(answer.status, 200)
        const map = readMap(answer)
        assert.equal(map.get('status'), 'replied')
        const certificate = await open(map.get('certificate') as Uint8Array)
        const found = lookupResultToBuffer(certificate.lookup_path(['request_status', requestIdOf(content), 'reply'].map(toBytes)))
        assert.equal(Buffer.from(found!).toString(), 'certified')
      })

    it('version 2: answers 202 without a body, and the status is read later', async () => {
      const content = updating([reply('later')])
      const answer = await call(2, content)
      assert.deepEqual([answer.status, answer.text], [202, ''])
      assert.equal(await poll(() => status(content), 'replied'), 'replied')
    })

    it('give a certificate of a reject, too', async () => {
      for (const [pieces, code, errorCode, message] of [
        [[reject('no')], 4, 'IC0406', 'no'],
        [[trap('oh')], 5, 'IC0503', `Error from Canister ${text}: Canister called \`ic0.trap\` with message: 'oh'`],
        [[], 5, 'IC0506', `Canister ${text} did not reply to the call`],
      ] as const) {
        const content = updating(pieces)
        const map = readMap(await call(4, content))
        assert.equal(map.get('status'), 'replied')
        const certificate = await open(map.get('certificate') as Uint8Array)
        const leaf = (name: string): Uint8Array =>
          lookupResultToBuffer(certificate.lookup_path(['request_status', requestIdOf(content), name].map(toBytes)))!
        assert.equal(Buffer.from(leaf('status')).toString(), 'rejected')
        assert.deepEqual([...leaf('reject_code')], [code])
        assert.equal(Buffer.from(leaf('error_code')).toString(), errorCode)
        assert.ok(Buffer.from(leaf('reject_message')).toString().startsWith(message), Buffer.from(leaf('reject_message')).toString())
      }
    })

    it('are executed once, however often they are sent', async () => {
      const count = [...invoke('stable64_grow', 1), ...ic0('msg_reply')]
      const content = updating([count])
      const first = await call(4, content)
      const second = await call(4, content)
      const third = await call(2, content)
      assert.deepEqual([first.status, second.status, third.status], [200, 200, 202])
      await open(readMap(second).get('certificate') as Uint8Array)
      const sent = updating([count])
      const together = await Promise.all([call(4, sent), call(4, sent), call(2, sent), call(3, sent)])
      for (const answer of together) assert.ok([200, 202].includes(answer.status), answer.text)
      const texts = together.filter(({status: code}) => code === 202).map((answer) => answer.text)
      for (const each of texts) assert.ok(['', 'Duplicate request. Message is already being tracked and executed.'].includes(each), each)
      const size = await net.query(canister, [ic0('stable64_size'), appendNumber, ic0('msg_reply')])
      assert.equal(size.charCodeAt(0), 2)
    })

    const filtered: readonly {
      what: string
      content: () => Content
      id?: () => string
      code: number
      errorCode: string
      text: RegExp | (() => string)
    }[] = [
      {
        what: 'a missing canister',
        content: () => methodContent('call', canisterIdFromNumber(5n), 'update'),
        id: () => principalToText(canisterIdFromNumber(5n)),
        code: 3,
        errorCode: 'IC0301',
        text: () => `Canister ${principalToText(canisterIdFromNumber(5n))} not found`,
      },
      {
        what: 'a composite query',
        content: () => methodContent('call', canister, 'composite'),
        code: 5,
        errorCode: 'IC0527',
        text: () => 'Composite query cannot be called in replicated mode',
      },
      {
        what: 'an unknown management method',
        content: () => methodContent('call', '' as CanisterId, 'nope'),
        code: 5,
        errorCode: 'IC0536',
        text: () => 'ic00 interface does not expose method nope',
      },
      {
        what: 'a management method for canisters',
        content: () => methodContent('call', '' as CanisterId, 'raw_rand'),
        code: 4,
        errorCode: 'IC0406',
        text: () => 'ic00 method raw_rand can not be called via ingress messages',
      },
      {
        what: 'logs by an update',
        content: () =>
          methodContent('call', '' as CanisterId, 'fetch_canister_logs', {
            arg: managementArgument('fetch_canister_logs', {canister_id: canister}),
          }),
        code: 4,
        errorCode: 'IC0406',
        text: () => 'fetch_canister_logs API is not accessible via ingress in replicated mode',
      },
      {
        what: 'an argument that is no Candid',
        content: () => methodContent('call', '' as CanisterId, 'start_canister', {arg: fromHex('00')}),
        code: 4,
        errorCode: 'IC0408',
        text: /^Failed to parse payload for ic00 method start_canister: /,
      },
      {
        what: 'a stranger',
        content: () =>
          methodContent('call', '' as CanisterId, 'stop_canister', {arg: managementArgument('stop_canister', {canister_id: canister})}),
        code: 5,
        errorCode: 'IC0512',
        text: () => `Only controllers of canister ${text} can call ic00 method stop_canister`,
      },
    ]
    for (const {what, content, id, code, errorCode, text: expected} of filtered)
      it(`are not taken: ${what}`, async () => {
        for (const version of [2, 3, 4]) {
          const answer = await call(version, content(), undefined, id?.())
          assert.equal(answer.status, 200, answer.text)
          const map = readMap(answer)
          assert.equal(map.get('status'), version === 2 ? undefined : 'non_replicated_rejection')
          assert.deepEqual([map.get('reject_code'), map.get('error_code')], [code, errorCode])
          const message = map.get('reject_message') as string
          if (expected instanceof RegExp) assert.match(message, expected)
          else assert.equal(message, expected())
        }
      })

    it('are not taken: by an empty, a stopped, a stopping canister, or one that does not accept', async () => {
      const message = async (id: CanisterId): Promise<unknown> => {
        const map = readMap(await call(4, methodContent('call', id, 'update', {arg: program(reply())}), undefined, principalToText(id)))
        return `${map.get('error_code')} ${map.get('reject_message')}`
      }
      const picky = await net.install()
      await net.update(picky, setHook('canister_inspect_message', trap('not you')), reply())
      assert.match(String(await message(picky)), /^IC0503 Error from Canister .*not you/)
      const shy = await net.install()
      await net.update(shy, setHook('canister_inspect_message', [...ic0('msg_caller_size')], [...ic0('msg_caller_size')]), reply())
      assert.match(String(await message(shy)), /^IC0406 Error from Canister .*: Canister rejected the message/)
      const other = await net.install()
      const of = {canister_id: other}
      await net.manage('stop_canister', of, other)
      assert.equal(await message(other), `IC0508 Canister ${principalToText(other)} is stopped`)
      await net.manage('start_canister', of, other)
      await net.manage('uninstall_code', {...of, sender_canister_version: []}, other)
      assert.equal(await message(other), 'IC0537 Requested canister has no wasm module')
    })

    it('show processing while they wait for another canister', async () => {
      const waiting = updating([
        makeCall('' as CanisterId, {
          method: 'raw_rand',
          payload: NO_ARGUMENTS,
          onReply: [
            makeCall(canister, {
              payload: program(makeCall('' as CanisterId, {method: 'raw_rand', payload: NO_ARGUMENTS, onReply: [reply()]})),
              onReply: [reply('done')],
            }),
          ],
        }),
      ])
      await call(2, waiting)
      assert.equal(await poll(() => status(waiting), 'replied'), 'replied')
    })
  })

  describe('queries', () => {
    for (const version of [2, 3])
      for (const [what, pieces, expected] of [
        ['a reply', [reply('x')], {status: 'replied', reply: {arg: encodeUtf8('x')}}],
        ['a reject', [reject('y')], {status: 'rejected', reject_code: 4, reject_message: 'y', error_code: 'IC0406'}],
        ['a trap', [trap('z')], {status: 'rejected', reject_code: 5, error_code: 'IC0503'}],
      ] as const)
        it(`version ${version}: ${what} is signed by a node of the certified tree`, async () => {
          const content = methodContent('query', canister, 'query', {arg: program(...pieces)})
          const map = readMap(await send(at('query', version), envelopeOf(content)))
          for (const [name, value] of Object.entries(expected)) assert.deepEqual(plain(map.get(name)), value)
          await checkSignature(map, content)
        })

    const errors: readonly {what: string; id?: () => CanisterId; method: string; code: number; errorCode: string; text: () => string}[] = [
      {
        what: 'a missing canister',
        id: () => canisterIdFromNumber(5n),
        method: 'query',
        code: 3,
        errorCode: 'IC0301',
        text: () => `Canister ${principalToText(canisterIdFromNumber(5n))} not found`,
      },
      {
        what: 'a missing method',
        method: 'nope',
        code: 5,
        errorCode: 'IC0536',
        text: () => `Error from Canister ${text}: Canister has no query method 'nope'`,
      },
      {
        what: 'an update method',
        method: 'update',
        code: 5,
        errorCode: 'IC0536',
        text: () => `Error from Canister ${text}: Canister has no query method 'update'`,
      },
    ]
    for (const {what, id = () => canister, method, code, errorCode, text: expected} of errors)
      it(`reject ${what}, signed`, async () => {
        const content = methodContent('query', id(), method)
        const map = readMap(await send(at('query', 3, principalToText(id())), envelopeOf(content)))
        assert.deepEqual([map.get('reject_code'), map.get('error_code')], [code, errorCode])
        assert.ok((map.get('reject_message') as string).startsWith(expected()), String(map.get('reject_message')))
        await checkSignature(map, content)
      })

    it('see a data certificate that the agent verifies', async () => {
      await net.update(canister, [...blob(fromHex('c0ffee')), ...ic0('certified_data_set')], reply())
      const content = methodContent('query', canister, 'query', {arg: program(appendRead('data_certificate'), ic0('msg_reply'))})
      const map = readMap(await send(at('query', 3), envelopeOf(content)))
      const {arg} = plain(map.get('reply')) as {arg: Uint8Array}
      const certificate = await open(arg)
      const data = lookupResultToBuffer(certificate.lookup_path(['canister', principalToBytes(canister), 'certified_data'].map(toBytes)))
      assert.equal(toHex(new Uint8Array(data!)), 'c0ffee')
    })

    it('are counted for canister_status', async () => {
      const counted = await net.install()
      for (let count = 0; count < 5; count++) await net.query(counted, [reply('12345')])
      const calls = async (): Promise<bigint> => {
        await net.update(counted, reply())
        const {query_stats} = (await net.manage('canister_status', {canister_id: counted}, counted)) as {
          query_stats: {num_calls_total: bigint}
        }
        return query_stats.num_calls_total
      }
      assert.equal(String(await poll(async () => String(await calls()), '5')), '5')
    })

    it('planted bug: a signature over another time would be noticed', async () => {
      const content = methodContent('query', canister, 'query', {arg: program(reply('x'))})
      const map = readMap(await send(at('query', 3), envelopeOf(content)))
      const [signature] = map.get('signatures') as [Map<string, unknown>]
      signature.set('timestamp', (signature.get('timestamp') as bigint) + 1n)
      await assert.rejects(checkSignature(map, content))
    })
  })

  /** Verifies as a client does: the node's key comes from a certificate. */
  async function checkSignature(map: ReadonlyMap<unknown, unknown>, content: Content): Promise<void> {
    const signatures = map.get('signatures') as readonly ReadonlyMap<string, unknown>[]
    assert.equal(signatures.length, 1)
    const [signature] = signatures
    const node = signature!.get('identity') as Uint8Array
    const answer = await readState([['subnet', principalToBytes(subnetId), 'node']])
    const certificate = await open(readMap(answer).get('certificate') as Uint8Array)
    const key = lookupResultToBuffer(
      certificate.lookup_path(['subnet', principalToBytes(subnetId), 'node', node, 'public_key'].map(toBytes)),
    )
    const timestamp = BigInt(signature!.get('timestamp') as bigint)
    const body =
      map.get('status') === 'replied'
        ? {status: 'replied', reply: plain(map.get('reply')) as {arg: Uint8Array}}
        : {
            status: 'rejected',
            reject_code: map.get('reject_code') as number,
            reject_message: map.get('reject_message') as string,
            error_code: map.get('error_code') as string,
          }
    const hash = hashOfMap({...body, timestamp, request_id: requestIdOf(content)} as Parameters<typeof hashOfMap>[0])
    const publicKey = createPublicKey({key: Buffer.from(key!), format: 'der', type: 'spki'})
    assert.ok(verify(null, concatBytes(RESPONSE_SEPARATOR, hash), publicKey, signature!.get('signature') as Uint8Array))
  }

  describe('read_state', () => {
    const self = (): Uint8Array => principalToBytes(canister)
    const own = (): Uint8Array => principalToBytes(subnetId)
    const other = (): Uint8Array => principalToBytes(canisterIdFromNumber(5n))

    const allowed: readonly {path: () => Labels; scopes?: readonly string[]; versions?: readonly number[]; found?: boolean}[] = [
      {path: () => ['time'], found: true},
      {path: () => ['subnet']},
      {path: () => ['subnet', own()]},
      {path: () => ['subnet', own(), 'public_key'], found: true},
      {path: () => ['subnet', own(), 'type'], found: true},
      {path: () => ['subnet', own(), 'node']},
      {path: () => ['subnet', own(), 'canister_ranges'], found: true},
      {path: () => ['subnet', other(), 'public_key'], found: false},
      {path: () => ['subnet', own(), 'metrics'], scopes: ['subnet'], found: true},
      {path: () => ['canister_ranges', own()], scopes: ['subnet']},
      {path: () => ['api_boundary_nodes']},
      {path: () => ['api_boundary_nodes', other(), 'domain'], found: false},
      {path: () => ['request_status', new Uint8Array(32)], found: false},
      {path: () => ['request_status', new Uint8Array(32), 'status'], found: false},
      {path: () => ['canister', self(), 'controllers'], scopes: ['canister'], found: true},
      {path: () => ['canister', self(), 'module_hash'], scopes: ['canister'], found: true},
      {path: () => ['canister', self(), 'canister_creation_timestamp'], scopes: ['canister'], found: true},
      {path: () => ['canister', self(), 'last_install_timestamp'], scopes: ['canister'], found: true},
      {path: () => ['canister', self(), 'metadata', 'open'], scopes: ['canister'], found: true},
      {path: () => ['canister', self(), 'metadata', 'nothing'], scopes: ['canister'], found: false},
    ]
    for (const {path, scopes = ['canister', 'subnet'], versions = [2, 3], found} of allowed)
      it(`shows ${describePath(path)} ${scopes.length === 1 ? `of a ${scopes[0]} only` : ''}`, async () => {
        for (const scope of ['canister', 'subnet'])
          for (const version of versions) {
            const answer = await readState([path()], {scope, version})
            if (!scopes.includes(scope)) {
              assert.deepEqual([answer.status, answer.text], [404, 'Invalid path requested.'])
              continue
            }
            assert.equal(answer.status, 200, answer.text)
            const certificate = await open(readMap(answer).get('certificate') as Uint8Array)
            assert.ok(lookupResultToBuffer(certificate.lookup_path([encodeUtf8('time')])))
            const looked = certificate.lookup_path(path().map(toBytes)).status
            if (found !== undefined) assert.equal(looked, found ? LookupPathStatus.Found : LookupPathStatus.Absent)
          }
      })

    const refused: readonly {what: string; paths: () => readonly Labels[]; status: number; text: () => string | RegExp; scope?: string}[] =
      [
        {what: 'nonsense', paths: () => [['nonsense']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'the empty path', paths: () => [[]], status: 404, text: () => 'Invalid path requested.'},
        {what: 'below the time', paths: () => [['time', 'x']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'the metadata of the state', paths: () => [['metadata']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'streams', paths: () => [['streams']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'all requests', paths: () => [['request_status']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'all canisters', paths: () => [['canister']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'a whole canister', paths: () => [['canister', self()]], status: 404, text: () => 'Invalid path requested.'},
        {what: 'certified data', paths: () => [['canister', self(), 'certified_data']], status: 404, text: () => 'Invalid path requested.'},
        {what: 'all metadata', paths: () => [['canister', self(), 'metadata']], status: 404, text: () => 'Invalid path requested.'},
        {
          what: 'another canister',
          paths: () => [['canister', other(), 'controllers']],
          status: 400,
          text: () =>
            `Effective principal id in URL ${text} does not match requested principal id: ${principalToText(principalFromBytes(other()))}.`,
        },
        {
          what: 'a canister id of 30 bytes',
          paths: () => [['canister', new Uint8Array(30), 'controllers']],
          status: 400,
          text: () => /^Could not parse principal ID: /,
        },
        {
          what: 'a request id of 31 bytes',
          paths: () => [['request_status', new Uint8Array(31)]],
          status: 400,
          text: () => 'Invalid request id in paths. Maybe the request ID is not of 32 bytes in length?!',
        },
        {
          what: 'two request ids',
          paths: () => [0, 1].map((n) => ['request_status', new Uint8Array(32).fill(n)]),
          status: 400,
          text: () => `More than one non-unique request ID exists in request_status paths: 0x${'00'.repeat(32)} and 0x${'01'.repeat(32)}.`,
        },
        {
          what: 'a section name that is no UTF-8',
          paths: () => [['canister', self(), 'metadata', fromHex('ff')]],
          status: 400,
          text: () => /^Could not parse the custom section name: /,
        },
        {
          what: 'a private section',
          paths: () => [['canister', self(), 'metadata', 'closed']],
          status: 403,
          text: () => 'Custom section closed can only be requested by the controllers of the canister.',
        },
        {
          what: '1001 paths',
          paths: () => Array(1001).fill(['time']),
          status: 400,
          text: () => 'Too many paths in read state request: got 1001 paths, but at most 1000 are allowed.',
        },
        {
          what: '128 labels',
          paths: () => [Array(128).fill('x')],
          status: 400,
          text: () => 'At least one path in read state request is too deep: got 128 labels, but at most 127 are allowed.',
        },
        {what: 'metrics of a canister', paths: () => [['subnet', own(), 'metrics']], status: 404, text: () => 'Invalid path requested.'},
      ]
    for (const {what, paths, status: code, text: expected} of refused)
      it(`refuses ${what}`, async () => {
        for (const version of [2, 3]) {
          const answer = await readState(paths(), {version})
          assert.equal(answer.status, code, answer.text)
          const wanted = expected()
          if (typeof wanted === 'string') assert.equal(answer.text, wanted)
          else assert.match(answer.text, wanted)
        }
      })

    it("does not show somebody else's request", async () => {
      const key = new TestKey()
      const content = updating([reply('mine')], {from: key.principal})
      await call(4, content, key)
      const id = requestIdOf(content)
      assert.equal(await status(content, key), 'replied')
      const stranger = await readState([['request_status', id]], {key: new TestKey()})
      assert.deepEqual([stranger.status, stranger.text], [403, 'The user tries to access Request ID not signed by the caller.'])
      const session = new TestKey()
      const chain = [delegate(key, session, {targets: [other()]})]
      const body = envelopeOf(readStateContent([['request_status', id]], key.principal), session, {
        sender_pubkey: key.der,
        sender_delegation: chain,
      })
      const outside = await send(at('read_state', 3), body)
      assert.deepEqual(
        [outside.status, outside.text],
        [403, 'The user tries to access request IDs for canisters not belonging to sender delegation targets.'],
      )
    })

    it('shows nothing but what was asked for', async () => {
      const answer = await readState([['canister', self(), 'module_hash']])
      const {tree} = decodeCertificate(readMap(answer).get('certificate') as Uint8Array)
      assert.equal(lookup(tree, ['canister', self(), 'module_hash'].map(toBytes)).kind, 'found')
      for (const hidden of [
        ['canister', self(), 'controllers'],
        ['canister', self(), 'metadata', 'closed'],
        ['subnet', own(), 'public_key'],
      ])
        assert.equal(lookup(tree, hidden.map(toBytes)).kind, 'unknown')
    })

    it('planted bug: a certificate with one bit changed is refused', async () => {
      const certificate = Uint8Array.from(readMap(await readState([['time']])).get('certificate') as Uint8Array)
      const position = Buffer.from(certificate).indexOf('time') + 7
      certificate[position]! ^= 1
      await assert.rejects(open(certificate))
    })
  })
})

const toBytes = (label: string | Uint8Array): Uint8Array => (typeof label === 'string' ? encodeUtf8(label) : label)

/** Asks until the answer is the expected one, at most 100 times. */
async function poll(ask: () => Promise<string>, expected: string): Promise<string> {
  let answer = await ask()
  for (let tries = 0; answer !== expected && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    answer = await ask()
  }
  return answer
}

/** A decoded map as an object. */
function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value instanceof Uint8Array ? new Uint8Array(value) : value
  return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]))
}
