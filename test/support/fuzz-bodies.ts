/** Request bodies that no client would send, from a seed: valid ones with something wrong, and CBOR or bytes out of the blue. */

import {concatBytes, encodeUtf8, fromHex} from '../../src/base/bytes.js'
import {type CborInput, tagged} from '../../src/protocol/cbor.js'
import {encodeCbor} from '../../src/protocol/cbor-encode.js'
import {type CanisterId, MANAGEMENT_CANISTER_ID} from '../../src/protocol/principal.js'
import {type Content, delegate, envelopeOf, expiryIn, methodContent, readStateContent, requestIdOf, TestKey} from './raw-http.js'

/** A small fast generator: the same numbers for the same seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** 0 to 2^32 - 1: Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** 0 to `end` - 1. */
  below(end: number): number {
    return this.next() % end
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({length}, () => this.below(256))
  }
}

export type FuzzKind = 'call' | 'query' | 'read_state'

/** Methods with effects that last are left out: the canisters are to stay. */
const METHODS = ['inc', 'read', 'trap_after_inc', 'forward', 'nope', '', 'x'.repeat(300)]
const MANAGEMENT_METHODS = [
  'canister_status',
  'start_canister',
  'create_canister',
  'provisional_create_canister_with_cycles',
  'list_canisters',
  'raw_rand',
  'install_code',
  'upload_chunk',
  'nope',
]
const PATH_LABELS = [
  'time',
  'subnet',
  'canister',
  'request_status',
  'canister_ranges',
  'metadata',
  'controllers',
  'node',
  'metrics',
  'api_boundary_nodes',
  'reply',
]

export class BodyFuzzer {
  readonly #random: Random
  readonly #canisters: readonly CanisterId[]
  readonly #key = new TestKey()

  constructor(seed: number, canisters: readonly CanisterId[]) {
    this.#random = new Random(seed)
    this.#canisters = canisters
  }

  next(kind: FuzzKind): Uint8Array {
    const random = this.#random
    switch (random.below(8)) {
      case 0:
        return random.bytes(random.below(200))
      case 1:
        return encodeCbor(this.#anything(0))
      case 2:
        return this.#damage(this.#envelope(this.#content(kind)))
      case 3:
        return this.#damage(this.#damage(this.#envelope(this.#content(kind))))
      case 4:
        return this.#envelope(this.#content(random.pick(['call', 'query', 'read_state'])))
      case 5:
        return this.#mutatedEnvelope(this.#content(kind))
      case 6:
        return this.#envelope(this.#content(kind), this.#mutate({sender_pubkey: this.#key.der, sender_sig: random.bytes(64)}))
      default:
        return this.#envelope(this.#content(kind))
    }
  }

  #content(kind: FuzzKind): Content {
    const random = this.#random
    const from = random.below(2) === 0 ? {from: this.#key.principal} : {}
    if (kind === 'read_state') return readStateContent(this.#paths(), from.from)
    if (random.below(4) === 0)
      return methodContent(kind, MANAGEMENT_CANISTER_ID, random.pick(MANAGEMENT_METHODS), {arg: this.#argument(), ...from})
    const canister = random.pick(this.#canisters)
    return methodContent(kind, canister, random.pick(METHODS), {arg: this.#argument(), ...from})
  }

  #argument(): Uint8Array {
    const random = this.#random
    const head = encodeUtf8('DIDL')
    switch (random.below(4)) {
      case 0:
        return random.bytes(random.below(64))
      case 1:
        return concatBytes(head, random.bytes(random.below(64)))
      // A record of one principal, as most management methods take it.
      case 2:
        return this.#damage(concatBytes(head, fromHex('016c01b3c4b1f204680100010a'), random.bytes(10)))
      default:
        return concatBytes(head, Uint8Array.of(0, 0))
    }
  }

  #paths(): (Uint8Array | string)[][] {
    const random = this.#random
    const label = (): Uint8Array | string => {
      switch (random.below(4)) {
        case 0:
          return random.bytes(random.pick([0, 1, 10, 29, 30, 32]))
        case 1:
          return fromHex(random.pick(this.#canisters))
        default:
          return random.pick(PATH_LABELS)
      }
    }
    return Array.from({length: random.below(5)}, () => Array.from({length: random.below(5)}, label))
  }

  /** Its signature is that of the content before: not every value can be hashed. */
  #mutatedEnvelope(content: Content): Uint8Array {
    const isSigned = (content.sender as Uint8Array).length === 29
    const signature = isSigned ? {sender_pubkey: this.#key.der, sender_sig: this.#key.sign(requestIdOf(content))} : {}
    return envelopeOf(this.#mutate(content), undefined, signature)
  }

  /** Signed when its sender is the key's, and sometimes through a delegation. */
  #envelope(content: Content, more: Content = {}): Uint8Array {
    const isSigned = (content.sender as Uint8Array).length === 29
    if (!isSigned || this.#random.below(3) > 0) return envelopeOf(content, isSigned ? this.#key : undefined, more)
    const session = new TestKey()
    return envelopeOf(content, session, {sender_pubkey: this.#key.der, sender_delegation: [delegate(this.#key, session)], ...more})
  }

  /** One field less, or with another value. */
  #mutate(fields: Content): Content {
    const name = this.#random.pick(Object.keys(fields))
    const changed = this.#random.below(3) === 0 ? undefined : this.#anything(0)
    return {...fields, [name]: changed}
  }

  #damage(bytes: Uint8Array): Uint8Array {
    const random = this.#random
    const at = random.below(bytes.length + 1)
    switch (random.below(4)) {
      case 0:
        return bytes.slice(0, at)
      case 1:
        return concatBytes(bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at))
      case 2:
        return concatBytes(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8))))
      default: {
        const changed = bytes.slice()
        for (let times = 1 + random.below(4); times > 0 && changed.length > 0; times--)
          changed[random.below(changed.length)]! ^= 1 << random.below(8)
        return changed
      }
    }
  }

  /** Any CBOR value, nested a few levels. */
  #anything(depth: number): CborInput {
    const random = this.#random
    switch (random.below(depth > 4 ? 6 : 9)) {
      case 0:
        return random.next()
      case 1:
        return -BigInt(random.next()) << BigInt(random.below(40))
      case 2:
        return random.bytes(random.pick([0, 1, 4, 29, 32, 100]))
      case 3:
        return random.pick(['', 'call', 'query', 'read_state', 'content', 'sender', 'ü\u0000'])
      case 4:
        return random.pick([true, false, null])
      case 5:
        return expiryIn(random.below(1000) - 300)
      case 6:
        return Array.from({length: random.below(5)}, () => this.#anything(depth + 1))
      case 7:
        return tagged(random.pick([0, 2, 3, 55799, 2 ** 32]), this.#anything(depth + 1))
      default: {
        const names = [
          'content',
          'sender_pubkey',
          'sender_sig',
          'sender_delegation',
          'request_type',
          'sender',
          'ingress_expiry',
          'paths',
          'arg',
          'x',
        ]
        const entries = Array.from({length: random.below(6)}, () => [random.pick(names), this.#anything(depth + 1)] as const)
        return new Map(entries)
      }
    }
  }
}
