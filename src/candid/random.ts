/**
 * A random value of a type from a seed: the same seed gives the same value.
 *
 * Values get smaller with depth, so that recursive types end: an opt becomes `[]`, a vector empty, a variant takes its simplest tag.
 */

import type {Principal} from '../protocol/principal.js'
import {CandidError} from './errors.js'
import {INTEGERS, type IntegerKind, isBigKind} from './integers.js'
import {type CandidField, type CandidType, type CandidValue, EMPTY_ENV, fieldKey, resolveType, type TypeEnv} from './types.js'

/** One value for each type. Throws CandidError 'CANDID_TYPE' for a type that has no finite value. */
export function randomArgs(types: readonly CandidType[], seed: number, env: TypeEnv = EMPTY_ENV): CandidValue[] {
  const generator = new Generator(seed, env)
  return types.map((type) => generator.value(type, 0))
}

/** From this depth on values are as small as possible. */
const SMALL_DEPTH = 5
/** No value of a type that has one needs to be deeper. */
const MAX_DEPTH = 200
const MAX_LENGTH = 10
const WORDS = [
  'apple',
  'brook',
  'cloud',
  'delta',
  'ember',
  'fjord',
  'grove',
  'haven',
  'inlet',
  'juniper',
  'kelp',
  'lagoon',
  'moss',
  'north',
]

class Generator {
  private readonly costs = new Map<string, number>()

  constructor(
    private state: number,
    private readonly env: TypeEnv,
  ) {
    this.findCosts()
  }

  value(type: CandidType, depth: number): CandidValue {
    if (depth > MAX_DEPTH) throw new CandidError('CANDID_TYPE', 'the type has no finite value')
    const resolved = resolveType(type, this.env)
    switch (resolved.kind) {
      case 'null':
      case 'reserved':
        return null
      case 'empty':
        throw new CandidError('CANDID_TYPE', 'type empty has no values')
      case 'bool':
        return this.below(2) === 1
      case 'text':
        return Array.from({length: this.below(4)}, () => WORDS[this.below(WORDS.length)]!).join(' ')
      case 'float32':
        return Math.fround(this.float())
      case 'float64':
        return this.float()
      case 'principal':
      case 'service':
        return this.principal()
      case 'func':
        return {principal: this.principal(), method: WORDS[this.below(WORDS.length)]!}
      case 'opt':
        return depth >= SMALL_DEPTH || this.below(2) === 0 || this.cost(resolved.inner) === Number.POSITIVE_INFINITY
          ? []
          : [this.value(resolved.inner, depth + 1)]
      case 'vec':
        return this.vec(resolved.inner, depth)
      case 'record':
        return Object.fromEntries(resolved.fields.map((field) => [fieldKey(field), this.value(field.type, depth + 1)]))
      case 'variant': {
        const field = this.tag(resolved.fields, depth)
        return Object.fromEntries([[fieldKey(field), this.value(field.type, depth + 1)]])
      }
      default:
        return this.integer(resolved.kind)
    }
  }

  private vec(inner: CandidType, depth: number): CandidValue {
    const isSmall = depth >= SMALL_DEPTH || this.cost(inner) === Number.POSITIVE_INFINITY
    const values = Array.from({length: isSmall ? 0 : this.below(MAX_LENGTH)}, () => this.value(inner, depth + 1))
    return resolveType(inner, this.env).kind === 'nat8' ? Uint8Array.from(values as number[]) : values
  }

  private tag(fields: readonly CandidField[], depth: number): CandidField {
    const costs = fields.map((field) => this.cost(field.type))
    const least = Math.min(...costs)
    const possible = fields.filter((_, index) => (depth < SMALL_DEPTH ? costs[index]! < Number.POSITIVE_INFINITY : costs[index] === least))
    if (least === Number.POSITIVE_INFINITY || possible.length === 0) throw new CandidError('CANDID_TYPE', 'the variant has no finite value')
    return possible[this.below(possible.length)]!
  }

  /** Levels of the smallest value; infinite when there is none. */
  private cost(type: CandidType): number {
    if (type.kind === 'var') return this.costs.get(type.name) ?? Number.POSITIVE_INFINITY
    if (type.kind === 'empty') return Number.POSITIVE_INFINITY
    if (type.kind === 'record') return 1 + Math.max(0, ...type.fields.map((field) => this.cost(field.type)))
    if (type.kind === 'variant') return 1 + Math.min(Number.POSITIVE_INFINITY, ...type.fields.map((field) => this.cost(field.type)))
    return 1
  }

  /** Costs of all names: from infinite downwards until nothing changes. */
  private findCosts(): void {
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false
      for (const [name, type] of this.env) {
        const cost = this.cost(type)
        if (cost === (this.costs.get(name) ?? Number.POSITIVE_INFINITY)) continue
        this.costs.set(name, cost)
        hasChanged = true
      }
    }
  }

  private integer(kind: IntegerKind): number | bigint {
    const {min, max} = INTEGERS[kind]
    const isSmall = this.below(2) === 0
    const low = kind === 'int' || (kind !== 'nat' && min !== 0n) ? -100n : 0n
    if (isSmall || max === undefined) {
      const size = max === undefined && !isSmall ? 2n ** 64n : 100n
      const value = low * (size / 100n) + (this.bits64() % (size - low * (size / 100n)))
      return isBigKind(kind) ? value : Number(value)
    }
    const value = BigInt(min) + (this.bits64() % (max - BigInt(min) + 1n))
    return isBigKind(kind) ? value : Number(value)
  }

  private float(): number {
    return (this.below(2_000_001) - 1_000_000) / 1000
  }

  private principal(): Principal {
    return `${this.bits64().toString(16).padStart(16, '0')}0101` as Principal
  }

  private below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit)
  }

  private bits64(): bigint {
    return (BigInt(this.next()) << 32n) | BigInt(this.next())
  }

  /** 32 bits of splitmix32 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators"). */
  private next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}
