/** What consensus asks of whoever chooses and checks the ingress messages of blocks. */

import type {IngressItem} from './ingress-item.js'

/** Where a payload stands: what selection and validation may depend on. */
export interface PayloadContext {
  readonly height: number
  readonly timeNs: bigint
  readonly certifiedHeight: number
  /** Blocks between the certified height and the new one, newest first: their messages are not in the certified state yet. */
  readonly ancestors: readonly {readonly payload: {readonly ingress: readonly IngressItem[]}}[]
  readonly maxBytes: number
  readonly maxMessages: number
}

/** `IngressSelector` is the one of a replica. */
export interface IngressPayloads {
  build(context: PayloadContext): readonly IngressItem[]
  /** What is wrong with a payload, or undefined. */
  findFault(items: readonly IngressItem[], context: PayloadContext): string | undefined
}
