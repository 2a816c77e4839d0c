/**
 * Reads values by the types of the message alone: primitive ones, and any value to pass over it.
 *
 * Counts the values of the message, so that one with elements of no size cannot make a small message explode.
 */

import type {Principal} from '../protocol/principal.js'
import {MAX_DEPTH} from './encode.js'
import {CandidError} from './errors.js'
import {INTEGERS, type IntegerKind} from './integers.js'
import {FUTURE} from './read-types.js'
import {malformed, type Reader} from './reader.js'
import {type CandidType, type CandidValue, type ContainerType, isBlob, type ResolvedType, resolveType, type TypeEnv} from './types.js'

/** Values a message may hold beyond some for each of its bytes: elements of no size are the way to make a small message explode. */
const FREE_VALUES = 1_000_000
const VALUES_PER_BYTE = 16

export class WireReader {
  private valuesLeft: number

  constructor(
    readonly reader: Reader,
    readonly env: TypeEnv,
  ) {
    this.valuesLeft = FREE_VALUES + VALUES_PER_BYTE * reader.bytes.length
  }

  primitive(kind: ResolvedType['kind']): CandidValue {
    const {reader} = this
    switch (kind) {
      case 'null':
        return null
      case 'bool':
        return reader.bool()
      case 'text':
        return reader.text()
      case 'principal':
        return reader.principal()
      case 'nat':
        return reader.nat()
      case 'int':
        return reader.int()
      case 'float32':
        return reader.float32()
      case 'float64':
        return reader.float64()
      case 'empty':
        throw malformed('the message has a value of type empty')
      default:
        return this.fixed(kind as IntegerKind)
    }
  }

  private fixed(kind: IntegerKind): number | bigint {
    const {size, signed} = INTEGERS[kind]
    if (size === 8) return signed ? this.reader.signed64() : this.reader.unsigned64()
    return signed ? this.reader.signed(size as 1 | 2 | 4) : this.reader.unsigned(size as 1 | 2 | 4)
  }

  func(): {principal: Principal; method: string} {
    const flag = this.reader.byte()
    if (flag !== 1) throw malformed(`the function reference at byte ${this.reader.offset - 1} is opaque`)
    const principal = this.reader.principal()
    return {principal, method: this.reader.text()}
  }

  /** Passes over a value. */
  skip(wireType: CandidType, depth: number): void {
    this.count(depth)
    const wire = resolveType(wireType, this.env)
    if (wire === FUTURE) this.skipFuture()
    else if (wire.kind === 'opt') {
      if (this.reader.bool()) this.skip(wire.inner, depth + 1)
    } else if (wire.kind === 'vec') this.skipVec(wire, depth)
    else if (wire.kind === 'record') for (const field of wire.fields) this.skip(field.type, depth + 1)
    else if (wire.kind === 'variant') {
      const tag = wire.fields[this.reader.size()]
      if (!tag) throw malformed(`the variant at byte ${this.reader.offset} has an unknown tag`)
      this.skip(tag.type, depth + 1)
    } else if (wire.kind === 'func') this.func()
    else if (wire.kind === 'service') this.reader.principal()
    else if (wire.kind !== 'reserved') this.primitive(wire.kind)
  }

  private skipVec(wire: ContainerType, depth: number): void {
    const length = this.reader.size()
    if (isBlob(wire, this.env)) this.reader.skip(length)
    else for (let i = 0; i < length; i++) this.skip(wire.inner, depth + 1)
  }

  /** `length ‖ number of references ‖ bytes`; references lie elsewhere and there are none. */
  skipFuture(): void {
    const size = this.reader.size()
    this.reader.size()
    this.reader.skip(size)
  }

  /** To be called for every value. */
  count(depth: number): void {
    if (depth > MAX_DEPTH) throw new CandidError('CANDID_LIMIT', `the message is nested deeper than ${MAX_DEPTH} levels`)
    if (--this.valuesLeft < 0)
      throw new CandidError('CANDID_LIMIT', `the message has too many values for its ${this.reader.bytes.length} bytes`)
  }
}
