/** Nodes, messages and payload sources for tests of consensus. */

import {encodeUtf8} from '../../../../src/base/bytes.js'
import {encodeCbor} from '../../../../src/protocol/cbor-encode.js'
import type {NodeId, SubnetId} from '../../../../src/protocol/principal.js'
import type {ConsensusConfig} from '../../../../src/replica/consensus/parameters.js'
import {decodeIngress, type IngressItem} from '../../../../src/replica/ingress/ingress-item.js'
import type {IngressPayloads} from '../../../../src/replica/ingress/payload-context.js'

export const nodeIds = (count: number): NodeId[] =>
  Array.from({length: count}, (_, index) => `0${index.toString(16)}`.slice(-2).repeat(3) as NodeId)

export function aConfig(count: number, index: number, overrides: Partial<ConsensusConfig> = {}): ConsensusConfig {
  const nodes = nodeIds(count)
  return {
    subnetId: 'abcd' as SubnetId,
    nodeId: nodes[index]!,
    nodes,
    registryVersion: 1,
    initialNotaryDelayNs: count === 1 ? 0n : 300_000_000n,
    unitDelayNs: 1_000_000_000n,
    dkgIntervalLength: 499,
    ...overrides,
  }
}

/** An anonymous call that says `text`. */
export function aMessage(text: string, expiryNs = 10n ** 18n): IngressItem {
  const content = {
    request_type: 'call',
    sender: Uint8Array.of(4),
    ingress_expiry: expiryNs,
    canister_id: Uint8Array.of(1, 1),
    method_name: 'go',
    arg: encodeUtf8(text),
  }
  const item = decodeIngress(encodeCbor({content}), '0101' as NodeId)
  if (typeof item === 'string') throw new Error(item)
  return item
}

/** A pool without limits: gives what is in no ancestor and was not executed. */
export class PlainPayloads implements IngressPayloads {
  readonly pending = new Map<string, IngressItem>()
  readonly executed = new Set<string>()

  add(item: IngressItem): void {
    if (!this.executed.has(item.ingress.id)) this.pending.set(item.ingress.id, item)
  }

  build({ancestors, maxMessages}: Parameters<IngressPayloads['build']>[0]): IngressItem[] {
    const taken = new Set(ancestors.flatMap(({payload}) => payload.ingress.map(({ingress}) => ingress.id as string)))
    return [...this.pending.values()].filter(({ingress}) => !taken.has(ingress.id)).slice(0, maxMessages)
  }

  findFault(items: readonly IngressItem[], {ancestors}: Parameters<IngressPayloads['build']>[0]): string | undefined {
    const taken = new Set(ancestors.flatMap(({payload}) => payload.ingress.map(({ingress}) => ingress.id as string)))
    return items.some(({ingress}) => taken.has(ingress.id) || this.executed.has(ingress.id)) ? 'a message comes twice' : undefined
  }

  markExecuted(ids: readonly string[]): void {
    for (const id of ids) {
      this.pending.delete(id)
      this.executed.add(id)
    }
  }
}
