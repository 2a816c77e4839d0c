/**
 * The canonical state tree of a subnet, kept up to date with what each batch touched.
 *
 * Source: digest certification section 1 for paths and encodings, section 7 for what changes when.
 */

import {encodeLeb128} from '../../base/leb128.js'
import {encodeCbor} from '../../protocol/cbor-encode.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {Registry} from '../registry/subnet-record.js'
import type {MessageId} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {type CertifiedParts, certifiedParts, isSame, setCanister} from './canister-subtree.js'
import {LabelTree, textLabel} from './label-tree.js'
import {setRequestStatus} from './request-status-subtree.js'
import {setMetrics, setSubnets} from './subnet-subtree.js'

const TIME = [textLabel('time')]
const METADATA = [textLabel('metadata')]
const CANISTER = textLabel('canister')
const REQUEST_STATUS = textLabel('request_status')
/** Stay in the tree when nothing is below them. */
const KEPT = [[CANISTER], [REQUEST_STATUS], [textLabel('api_boundary_nodes')]]

export interface StateTree {
  readonly labels: LabelTree
  /** What the tree shows of each canister: a change of balance alone leaves it as it is. */
  readonly shown: Map<CanisterId, CertifiedParts>
  /** Whose subnets are in the tree. */
  registryVersion: number
}

/** The tree of a whole state, e.g. one loaded from a checkpoint. */
export function createStateTree(state: ReplicatedState, registry: Registry): StateTree {
  const tree: StateTree = {labels: new LabelTree(), shown: new Map(), registryVersion: -1}
  for (const path of KEPT) tree.labels.keepBranch(path)
  update(tree, state, registry, state.canisters.keys(), state.ingressHistory.keys())
  return tree
}

/** Follows the last batch. `tree.labels.rootHash()` then hashes again what changed. */
export function updateStateTree(tree: StateTree, state: ReplicatedState, registry: Registry): void {
  update(tree, state, registry, state.touched.canisters, state.touched.ingress)
}

function update(
  tree: StateTree,
  state: ReplicatedState,
  registry: Registry,
  canisterIds: Iterable<CanisterId>,
  messageIds: Iterable<MessageId>,
): void {
  const {labels} = tree
  if (tree.registryVersion !== registry.version) {
    setSubnets(labels, registry, state.subnetId)
    tree.registryVersion = registry.version
  }
  for (const id of canisterIds) updateCanister(tree, state, id)
  for (const id of messageIds) setRequestStatus(labels, [REQUEST_STATUS, id], state.ingressHistory.get(id)?.state)
  setMetrics(labels, state)
  labels.set(METADATA, encodeCbor(new Map([[1, state.previousRootHash ?? null]])))
  labels.set(TIME, encodeLeb128(state.timeNs))
}

function updateCanister({labels, shown}: StateTree, state: ReplicatedState, id: CanisterId): void {
  const canister = state.canisters.get(id)
  const path = [CANISTER, id]
  if (!canister) {
    labels.delete(path)
    shown.delete(id)
    return
  }
  const parts = certifiedParts(canister)
  const before = shown.get(id)
  if (before && isSame(before, parts)) return
  setCanister(labels, path, canister)
  shown.set(id, parts)
}
