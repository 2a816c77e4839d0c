/**
 * Which paths of the state tree a `read_state` request may ask for.
 *
 * Source: IC interface specification, "Request: Read state"; digest http-interface section 9 for the table, statuses and texts.
 */

import {decodeUtf8, toHex} from '../../base/bytes.js'
import {type Principal, principalFromBytes, principalToText, type SubnetId} from '../../protocol/principal.js'
import type {Registry} from '../registry/subnet-record.js'
import type {MessageId} from '../state/messages.js'
import type {ReplicatedState} from '../state/replicated-state.js'
import {type LabelPath, textLabel} from './label-tree.js'
import type {Exclusion} from './witness.js'

export interface ReadStateScope {
  readonly scope: 'canister' | 'subnet'
  /** From the URL. */
  readonly effectiveId: Principal
  /** `/api/v3`: ranges of subnets other than the root are never shown. */
  readonly isV3: boolean
}

export interface ReadStateRequest {
  readonly paths: readonly (readonly Uint8Array[])[]
  readonly sender: Principal
  /** Of the sender's delegations; undefined: all canisters. */
  readonly targets?: ReadonlySet<Principal> | undefined
}

export type PathPermission =
  | {readonly kind: 'allowed'; readonly paths: readonly LabelPath[]; readonly exclude: Exclusion}
  | {readonly kind: 'refused'; readonly status: 400 | 403 | 404; readonly text: string}

type Refused = Extract<PathPermission, {kind: 'refused'}>

interface Checked {
  readonly state: ReplicatedState
  readonly registry: Registry
  readonly request: ReadStateRequest
  readonly scope: ReadStateScope
  /** Request ids and range subnets asked for so far: one of each at most. */
  requestId?: string
  rangeSubnet?: string
}

const refuse = (status: Refused['status'], text: string): Refused => ({kind: 'refused', status, text})
const INVALID_PATH = refuse(404, 'Invalid path requested.')

/** Checks paths in their order; the first that may not be read decides. */
export function checkReadStatePaths(
  state: ReplicatedState,
  registry: Registry,
  request: ReadStateRequest,
  scope: ReadStateScope,
): PathPermission {
  const checked: Checked = {state, registry, request, scope}
  for (const path of request.paths) {
    const refused = checkPath(checked, path)
    if (refused) return refused
  }
  return {kind: 'allowed', paths: request.paths.map((path) => path.map(toHex)), exclude: exclusionFor(registry, scope, state.subnetId)}
}

function checkPath(checked: Checked, path: readonly Uint8Array[]): Refused | undefined {
  const [first, ...rest] = path
  switch (first && decodeUtf8(first)) {
    case 'time':
      return rest.length === 0 ? undefined : INVALID_PATH
    case 'api_boundary_nodes':
      return checkBoundaryNode(rest)
    case 'subnet':
      return checkSubnet(checked, rest)
    case 'canister_ranges':
      return checkRanges(checked, rest)
    case 'request_status':
      return checkRequestStatus(checked, rest)
    case 'canister':
      return checkCanister(checked, rest)
    default:
      return INVALID_PATH
  }
}

const BOUNDARY_NODE_LEAVES = ['domain', 'ipv4_address', 'ipv6_address']

function checkBoundaryNode([node, leaf, ...rest]: readonly Uint8Array[]): Refused | undefined {
  if (!node) return undefined
  return parsePrincipal(node) ?? (isLeaf(leaf, BOUNDARY_NODE_LEAVES) && rest.length === 0 ? undefined : INVALID_PATH)
}

function checkSubnet({registry, scope}: Checked, path: readonly Uint8Array[]): Refused | undefined {
  const [subnet, part, node, leaf, ...rest] = path
  if (!subnet) return undefined
  const malformed = parsePrincipal(subnet)
  if (malformed || !part) return malformed
  const id = toHex(subnet)
  switch (decodeUtf8(part)) {
    case 'public_key':
    case 'type':
      return node ? INVALID_PATH : undefined
    case 'canister_ranges':
      return node || (scope.isV3 && id !== registry.rootSubnetId) ? INVALID_PATH : undefined
    case 'metrics':
      return node || scope.scope === 'canister' || id !== scope.effectiveId ? INVALID_PATH : undefined
    case 'node':
      return node && (parsePrincipal(node) ?? (isLeaf(leaf, ['public_key']) && rest.length === 0 ? undefined : INVALID_PATH))
    default:
      return INVALID_PATH
  }
}

function checkRanges(checked: Checked, [subnet, ...rest]: readonly Uint8Array[]): Refused | undefined {
  if (checked.scope.scope === 'canister' || !subnet || rest.length > 0) return INVALID_PATH
  const malformed = parsePrincipal(subnet)
  if (malformed) return malformed
  const id = toHex(subnet)
  checked.rangeSubnet ??= id
  return checked.rangeSubnet === id ? undefined : INVALID_PATH
}

const REQUEST_STATUS_LEAVES = ['status', 'reply', 'reject_code', 'reject_message', 'error_code']

function checkRequestStatus(checked: Checked, [id, leaf, ...rest]: readonly Uint8Array[]): Refused | undefined {
  if (!id || !isLeaf(leaf, REQUEST_STATUS_LEAVES) || rest.length > 0) return INVALID_PATH
  if (id.length !== 32) return refuse(400, 'Invalid request id in paths. Maybe the request ID is not of 32 bytes in length?!')
  const hex = toHex(id)
  checked.requestId ??= hex
  if (checked.requestId !== hex)
    return refuse(400, `More than one non-unique request ID exists in request_status paths: 0x${checked.requestId} and 0x${hex}.`)
  return checkOwner(checked, hex as MessageId)
}

/** An unknown request may be asked for: the answer proves that it is unknown. */
function checkOwner({state, request, scope}: Checked, id: MessageId): Refused | undefined {
  const entry = state.ingressHistory.get(id)
  if (!entry) return undefined
  if (entry.sender !== request.sender) return refuse(403, 'The user tries to access Request ID not signed by the caller.')
  if (request.targets && !request.targets.has(entry.receiver))
    return refuse(403, 'The user tries to access request IDs for canisters not belonging to sender delegation targets.')
  if (scope.scope === 'canister' && entry.effectiveCanisterId !== scope.effectiveId)
    return otherId(scope.effectiveId, entry.effectiveCanisterId)
  return undefined
}

const CANISTER_LEAVES = ['controllers', 'module_hash', 'canister_creation_timestamp', 'last_install_timestamp']

function checkCanister(checked: Checked, [id, part, name, ...rest]: readonly Uint8Array[]): Refused | undefined {
  if (checked.scope.scope === 'subnet' || !id || !part) return INVALID_PATH
  const malformed = parsePrincipal(id)
  if (malformed) return malformed
  const canisterId = toHex(id) as Principal
  const kind = decodeUtf8(part)
  const isKnown = kind === 'metadata' ? name && rest.length === 0 : isLeaf(part, CANISTER_LEAVES) && !name
  if (!isKnown) return INVALID_PATH
  if (canisterId !== checked.scope.effectiveId) return otherId(checked.scope.effectiveId, canisterId)
  return kind === 'metadata' ? checkSection(checked, canisterId, name!) : undefined
}

function checkSection({state, request}: Checked, canisterId: Principal, nameBytes: Uint8Array): Refused | undefined {
  const name = decodeUtf8(nameBytes)
  if (name === undefined) return refuse(400, 'Could not parse the custom section name: invalid utf-8 sequence.')
  const canister = state.canisters.get(canisterId)
  const section = canister?.code?.module.customSections.find((each) => each.name === name)
  if (section?.visibility !== 'private' || canister!.settings.controllers.includes(request.sender)) return undefined
  return refuse(403, `Custom section ${name} can only be requested by the controllers of the canister.`)
}

function otherId(inUrl: Principal, requested: Principal): Refused {
  return refuse(
    400,
    `Effective principal id in URL ${principalToText(inUrl)} does not match requested principal id: ${principalToText(requested)}.`,
  )
}

function parsePrincipal(bytes: Uint8Array): Refused | undefined {
  try {
    principalFromBytes(bytes)
    return undefined
  } catch (error) {
    return refuse(400, `Could not parse principal ID: ${(error as Error).message}`)
  }
}

/** True without a label, too: the node above is asked for as a whole. */
function isLeaf(label: Uint8Array | undefined, names: readonly string[]): boolean {
  return label === undefined || names.includes(decodeUtf8(label) ?? '')
}

const SUBNET = textLabel('subnet')
const CANISTER_RANGES = textLabel('canister_ranges')
const METRICS = textLabel('metrics')

/** What stays hidden also below a prefix that was asked for, like `/subnet`. */
function exclusionFor({rootSubnetId}: Registry, {scope, effectiveId, isV3}: ReadStateScope, own: SubnetId): Exclusion {
  const showsMetrics = scope === 'subnet' && effectiveId === own
  return ([first, subnet, part]) => {
    if (first !== SUBNET) return false
    if (part === METRICS) return !showsMetrics
    return isV3 && part === CANISTER_RANGES && subnet !== rootSubnetId
  }
}
