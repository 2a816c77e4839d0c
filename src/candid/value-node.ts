/** Values as they were written, before their types are known. */

import type {Principal} from '../protocol/principal.js'
import type {CandidType} from './types.js'

export type ValueNode = {
  /** Where it begins in the text. */
  readonly offset: number
} & (
  | {readonly kind: 'null'}
  | {readonly kind: 'bool'; readonly value: boolean}
  | {readonly kind: 'integer'; readonly value: bigint}
  | {readonly kind: 'float'; readonly value: number}
  | {readonly kind: 'text'; readonly value: string}
  | {readonly kind: 'blob'; readonly value: Uint8Array}
  | {readonly kind: 'principal' | 'service'; readonly value: Principal}
  | {readonly kind: 'func'; readonly principal: Principal; readonly method: string}
  | {readonly kind: 'opt'; readonly inner: ValueNode}
  | {readonly kind: 'vec'; readonly items: readonly ValueNode[]}
  | {readonly kind: 'record'; readonly fields: readonly FieldNode[]}
  | {readonly kind: 'variant'; readonly field: FieldNode}
  | {readonly kind: 'annotated'; readonly inner: ValueNode; readonly type: CandidType}
)

export interface FieldNode {
  readonly id: number
  readonly name?: string
  readonly value: ValueNode
}
