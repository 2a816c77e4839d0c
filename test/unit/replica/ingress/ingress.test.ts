import assert from 'node:assert/strict'
import fc from 'fast-check'
import {encodeUtf8} from '../../../../src/base/bytes.js'
import {encodeCbor} from '../../../../src/protocol/cbor-encode.js'
import type {CanisterId} from '../../../../src/protocol/principal.js'
import {feesFor} from '../../../../src/replica/cycles/fees.js'
import {ingressInductionCost} from '../../../../src/replica/cycles/ingress-charge.js'
import {decodeIngress, type IngressItem} from '../../../../src/replica/ingress/ingress-item.js'
import {IngressPool} from '../../../../src/replica/ingress/ingress-pool.js'
import {IngressSelector, MAX_INGRESS_TTL_NS} from '../../../../src/replica/ingress/ingress-selector.js'
import type {PayloadContext} from '../../../../src/replica/ingress/payload-context.js'
import type {MessageId} from '../../../../src/replica/state/messages.js'

const NOW_NS = 10n ** 18n
const A = '0101' as CanisterId
const B = '0202' as CanisterId
const fees = feesFor({type: 'application', feeNodeCount: 13})

interface MessageParts {
  readonly canister?: CanisterId
  readonly text?: string
  readonly expiryNs?: bigint
  readonly receiver?: string
  readonly method?: string
  readonly delegationNs?: bigint
}

function aMessage(parts: MessageParts = {}): IngressItem {
  const {canister = A, text = '', expiryNs = NOW_NS + 1_000n, method = 'go', delegationNs = 0n} = parts
  const receiver = parts.receiver ?? canister
  const bytes = (id: string): Uint8Array => Uint8Array.from(Buffer.from(id, 'hex'))
  const content = {
    request_type: 'call',
    sender: Uint8Array.of(4),
    ingress_expiry: expiryNs,
    canister_id: bytes(receiver),
    method_name: method,
    arg: encodeUtf8(text),
  }
  const signed = {
    content,
    sender_pubkey: bytes('aa'),
    sender_sig: bytes('bb'),
    sender_delegation: [{delegation: {pubkey: bytes('cc'), expiration: delegationNs}, signature: bytes('dd')}],
  }
  const item = decodeIngress(encodeCbor(delegationNs > 0n ? signed : {content}), canister)
  if (typeof item === 'string') throw new Error(item)
  return item
}

const aContext = (overrides: Partial<PayloadContext> = {}): PayloadContext => ({
  height: 5,
  timeNs: NOW_NS,
  certifiedHeight: 4,
  ancestors: [],
  maxBytes: 1_000_000,
  maxMessages: 1_000,
  ...overrides,
})

function aSelector(
  pool: IngressPool,
  {
    history = [],
    cycles = [
      [A, 10n ** 12n],
      [B, 10n ** 12n],
    ] as [CanisterId, bigint][],
    certifiedHeight = 4,
  } = {} as {
    history?: MessageId[]
    cycles?: [CanisterId, bigint][]
    certifiedHeight?: number
  },
): IngressSelector {
  const view = {certifiedHeight, history: new Set(history), spendableCycles: new Map(cycles), fees}
  return new IngressSelector(pool, {view, rootKeyDer: new Uint8Array(133)})
}

const poolOf = (...items: IngressItem[]): IngressPool => {
  const pool = new IngressPool()
  for (const item of items) pool.add(item)
  return pool
}
const idsOf = (items: readonly IngressItem[]): string[] => items.map(({ingress}) => ingress.id)
const inBlock = (...items: IngressItem[]) => ({payload: {ingress: items}})

describe('decodeIngress', () => {
  it('says what is wrong with bytes that are no call', () =>
    assert.equal(decodeIngress(Uint8Array.of(0xff), A), 'Failed to deserialize cbor request: unexpected break at offset 0'))

  it('holds a message valid no longer than its delegations', () =>
    assert.equal(aMessage({delegationNs: NOW_NS + 5n}).validUntilNs, NOW_NS + 5n))
})

describe('IngressPool', () => {
  it('knows a message again, and is full in messages, in bytes and for one canister', () => {
    const one = aMessage({text: 'one'})
    const limits = {messages: 3, bytes: 10_000, messagesPerCanister: 2}
    const pool = new IngressPool(limits)
    const results = [
      one,
      one,
      aMessage({text: 'two'}),
      aMessage({text: 'three'}),
      aMessage({canister: B}),
      aMessage({canister: B, text: 'x'}),
    ]
    assert.deepEqual(
      results.map((item) => pool.add(item)),
      ['added', 'known', 'added', 'full', 'added', 'full'],
    )
    assert.equal(new IngressPool({...limits, bytes: one.envelope.length - 1}).add(one), 'full')
  })

  it('forgets what has expired', () => {
    const pool = poolOf(aMessage({expiryNs: NOW_NS}), aMessage({expiryNs: NOW_NS + 1n}))
    pool.removeExpired(NOW_NS + 1n)
    assert.equal(pool.size, 1)
  })

  it('knows when a message comes into the window', () => {
    const pool = poolOf(aMessage(), aMessage({expiryNs: NOW_NS + MAX_INGRESS_TTL_NS + 30n}))
    assert.equal(pool.findNextDue(NOW_NS, MAX_INGRESS_TTL_NS), NOW_NS + 30n)
  })

  it('is empty again when all is removed, in whatever order', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(A, B), fc.string()), {maxLength: 20, selector: String}),
        fc.infiniteStream(fc.nat()),
        (texts, order) => {
          const pool = new IngressPool()
          const items = texts.map(([canister, text]) => aMessage({canister, text}))
          for (const item of items) pool.add(item)
          assert.deepEqual(idsOf([...pool.listInTurns(order.next().value!)]).sort(), idsOf(items).sort())
          const shuffled = items.map((item) => ({item, key: order.next().value!})).sort((a, b) => a.key - b.key)
          for (const {item} of shuffled) pool.remove([item.ingress.id])
          assert.deepEqual([pool.size, pool.sizeBytes, [...pool.listInTurns(1)]], [0, 0, []])
        },
      ),
      {numRuns: 50},
    ))
})

describe('IngressSelector', () => {
  it('takes one message of each canister in turn', () => {
    const items = [aMessage({text: '1'}), aMessage({text: '2'}), aMessage({text: '3'}), aMessage({canister: B})]
    const chosen = aSelector(poolOf(...items)).build(aContext({maxMessages: 2}))
    assert.deepEqual(chosen.map(({ingress}) => ingress.receiver).sort(), [A, B])
  })

  const cases: readonly {
    readonly what: string
    readonly item: IngressItem
    readonly taken: boolean
    readonly view?: Parameters<typeof aSelector>[1]
    readonly context?: Partial<PayloadContext>
  }[] = [
    {what: 'one at its expiry', item: aMessage({expiryNs: NOW_NS}), taken: true},
    {what: 'one past its expiry', item: aMessage({expiryNs: NOW_NS - 1n}), taken: false},
    {what: 'one that expires in five minutes', item: aMessage({expiryNs: NOW_NS + MAX_INGRESS_TTL_NS}), taken: true},
    {what: 'one that expires later', item: aMessage({expiryNs: NOW_NS + MAX_INGRESS_TTL_NS + 1n}), taken: false},
    {what: 'one with an expired delegation', item: aMessage({delegationNs: NOW_NS - 1n}), taken: false},
    {what: 'one that was executed', item: aMessage(), taken: false, view: {history: [aMessage().ingress.id]}},
    {what: 'one of an ancestor', item: aMessage(), taken: false, context: {ancestors: [inBlock(aMessage())]}},
    {what: 'one to a canister that does not exist', item: aMessage(), taken: false, view: {cycles: []}},
    {what: 'one whose canister cannot pay', item: aMessage(), taken: false, view: {cycles: [[A, 1_000n]]}},
    {what: 'one that is larger than the block', item: aMessage({text: 'x'.repeat(200)}), taken: false, context: {maxBytes: 100}},
    {
      what: 'the creation of a canister, for which nobody pays',
      item: aMessage({receiver: '' as CanisterId, method: 'provisional_create_canister_with_cycles'}),
      taken: true,
      view: {cycles: []},
    },
    {what: 'a management call whose canister pays', item: aMessage({receiver: '' as CanisterId, method: 'stop_canister'}), taken: true},
    {
      what: 'a management call whose canister cannot',
      item: aMessage({receiver: '' as CanisterId, method: 'stop_canister'}),
      taken: false,
      view: {cycles: [[A, 0n]]},
    },
    {
      what: 'the settings of a frozen canister',
      item: aMessage({receiver: '' as CanisterId, method: 'update_settings'}),
      taken: true,
      view: {cycles: [[A, 0n]]},
    },
  ]
  for (const {what, item, taken, view, context} of cases)
    it(`${taken ? 'takes' : 'leaves'} ${what}`, () =>
      assert.equal(aSelector(poolOf(item), view).build(aContext(context)).length, taken ? 1 : 0))

  it('lets a canister pay for all its messages of the chain, not for each alone', () => {
    const items = ['a', 'b', 'c', 'd'].map((text) => aMessage({text}))
    const cost = ingressInductionCost(items[0]!.ingress, fees)
    const [ancestor, ...rest] = items
    const selector = aSelector(poolOf(...rest), {cycles: [[A, 3n * cost]]})
    assert.equal(selector.build(aContext({ancestors: [inBlock(ancestor!)]})).length, 2)
  })

  it('sees no work in messages that no block can take, and knows when that changes', () => {
    const early = aMessage({expiryNs: NOW_NS + MAX_INGRESS_TTL_NS + 30n})
    const selector = aSelector(poolOf(early, aMessage({canister: '0303' as CanisterId})))
    assert.deepEqual([selector.hasWork(NOW_NS), selector.findNextDue(NOW_NS)], [false, NOW_NS + 30n])
    assert.deepEqual([selector.hasWork(NOW_NS + 30n), selector.findNextDue(NOW_NS + 30n)], [true, undefined])
  })

  it('builds only what it would accept itself', () => {
    const items = [aMessage({text: '1'}), aMessage({canister: B, text: '2'}), aMessage({expiryNs: 1n})]
    const selector = aSelector(poolOf(...items))
    const chosen = selector.build(aContext())
    assert.deepEqual([chosen.length, selector.findFault(chosen, aContext())], [2, undefined])
  })

  const item = aMessage()
  for (const {what, items, fault, context} of [
    {what: 'a message twice', items: [item, item], fault: `message ${item.ingress.id}: seen`},
    {what: 'too many messages', items: [item, aMessage({text: 'x'})], fault: '2 messages', context: {maxMessages: 1}},
    {what: 'a bad signature', items: [aMessage({delegationNs: NOW_NS + 10n})], fault: 'Signature is not allowed for the anonymous user.'},
    {what: 'an unknown canister', items: [aMessage({canister: '0303' as CanisterId})], fault: /no such canister/},
  ] as {what: string; items: IngressItem[]; fault: string | RegExp; context?: Partial<PayloadContext>}[])
    it(`refuses a block with ${what}`, () => {
      const found = aSelector(new IngressPool()).findFault(items, aContext(context))
      if (fault instanceof RegExp) assert.match(found ?? '', fault)
      else assert.equal(found, fault)
    })

  it('does not hold a balance against a maker that saw another state', () =>
    assert.equal(aSelector(new IngressPool(), {cycles: [[A, 0n]], certifiedHeight: 9}).findFault([item], aContext()), undefined))

  it('catches the planted bug: a maker that forgets what the ancestors spent', () => {
    const cost = ingressInductionCost(item.ingress, fees)
    const selector = aSelector(poolOf(aMessage({text: 'y'})), {cycles: [[A, cost + cost / 2n]]})
    const context = aContext({ancestors: [inBlock(item)]})
    const careless = selector.build({...context, ancestors: []})
    assert.deepEqual([careless.length, selector.build(context).length], [1, 0])
    assert.match(selector.findFault(careless, context) ?? '', /out of cycles/)
  })
})
