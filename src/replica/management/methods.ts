/**
 * The management canister's methods: who may call each of them, and which file carries it out.
 *
 * Source: IC interface specification, "The IC management canister"; callers: digest management-canister section 1.
 */

import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterState} from '../state/canister-state.js'
import {noBitcoin} from './bitcoin.js'
import {canisterInfo, canisterMetadata, canisterMetrics} from './canister-info.js'
import {fetchCanisterLogs} from './canister-logs.js'
import {canisterStatus} from './canister-status.js'
import {
  ecdsaPublicKeyMethod,
  schnorrPublicKeyMethod,
  signWithEcdsa,
  signWithSchnorr,
  vetKdDeriveKey,
  vetKdPublicKeyMethod,
} from './chain-keys.js'
import {clearChunkStore, storedChunks, uploadChunk} from './chunk-store.js'
import {createCanister, provisionalCreateCanisterWithCycles} from './create-canister.js'
import {depositCycles, provisionalTopUpCanister} from './cycles-methods.js'
import {httpRequest} from './http-request.js'
import {installChunkedCode, installCodeMethod} from './install-code.js'
import {deleteCanister, startCanister, stopCanister, uninstall} from './lifecycle.js'
import {loadCanisterSnapshot} from './load-snapshot.js'
import type {ManagementCall, ManagementStep} from './management-call.js'
import {rawRand} from './raw-rand.js'
import {readCanisterSnapshotData, uploadCanisterSnapshotData} from './snapshot-data.js'
import {readCanisterSnapshotMetadata, uploadCanisterSnapshotMetadata} from './snapshot-metadata.js'
import {deleteCanisterSnapshot, listCanisterSnapshots} from './snapshots.js'
import {listCanisters, nodeMetricsHistory, subnetInfo} from './subnet-methods.js'
import {takeCanisterSnapshot} from './take-snapshot.js'
import {updateSettings} from './update-settings.js'

/** `canister`: only canisters; `query`: only as a query. */
export type AllowedVia = 'ingressAndCanister' | 'canister' | 'query'

/** Besides the ways of calling, who the sender must be in relation to the canister in the argument. */
export type RequiredSender = 'anyone' | 'controller' | 'controllerOrSelf' | 'statusViewer' | 'snapshotViewer'

export interface MethodSpec {
  readonly via: AllowedVia
  readonly sender: RequiredSender
  /** Also as a query, non-replicated. */
  readonly isQuery?: true
  /** The canister the method acts on, when it acts on one. */
  readonly target?: (args: never) => CanisterId
  readonly run: (call: ManagementCall<never>, target: CanisterState) => ManagementStep
}

const byCanisterId = (args: {readonly canister_id: CanisterId}): CanisterId => args.canister_id

const onCanister = <Args extends {readonly canister_id: CanisterId}>(
  spec: Omit<MethodSpec, 'run' | 'target'>,
  run: (call: ManagementCall<Args>, canister: CanisterState) => ManagementStep,
): MethodSpec => ({...spec, target: byCanisterId as never, run: run as never})

const onSubnet = <Args>(via: AllowedVia, run: (call: ManagementCall<Args>) => ManagementStep): MethodSpec => ({
  via,
  sender: 'anyone',
  run: run as never,
})

const CONTROLLER = {via: 'ingressAndCanister', sender: 'controller'} as const
const CONTROLLER_OR_SELF = {via: 'ingressAndCanister', sender: 'controllerOrSelf'} as const
const SNAPSHOT_VIEWER = {via: 'ingressAndCanister', sender: 'snapshotViewer'} as const
const ANY_CANISTER = {via: 'canister', sender: 'anyone'} as const

export const METHODS: Readonly<Record<string, MethodSpec>> = {
  create_canister: onSubnet('canister', createCanister),
  provisional_create_canister_with_cycles: onSubnet('ingressAndCanister', provisionalCreateCanisterWithCycles),
  provisional_top_up_canister: onCanister({via: 'ingressAndCanister', sender: 'anyone'}, provisionalTopUpCanister),
  update_settings: onCanister(CONTROLLER, updateSettings),
  install_code: onCanister(CONTROLLER, installCodeMethod),
  install_chunked_code: {
    ...CONTROLLER,
    target: ((args: {readonly target_canister: CanisterId}) => args.target_canister) as never,
    run: installChunkedCode as never,
  },
  uninstall_code: onCanister(CONTROLLER, uninstall),
  start_canister: onCanister(CONTROLLER, startCanister),
  stop_canister: onCanister(CONTROLLER, stopCanister),
  delete_canister: onCanister(CONTROLLER, deleteCanister),
  canister_status: onCanister({via: 'ingressAndCanister', sender: 'statusViewer', isQuery: true}, canisterStatus),
  canister_metrics: onCanister({...CONTROLLER, isQuery: true}, canisterMetrics),
  canister_info: onCanister(ANY_CANISTER, canisterInfo),
  canister_metadata: onCanister(ANY_CANISTER, canisterMetadata),
  deposit_cycles: onCanister(ANY_CANISTER, depositCycles),
  upload_chunk: onCanister(CONTROLLER_OR_SELF, uploadChunk),
  stored_chunks: onCanister(CONTROLLER_OR_SELF, storedChunks),
  clear_chunk_store: onCanister(CONTROLLER_OR_SELF, clearChunkStore),
  take_canister_snapshot: onCanister(CONTROLLER, takeCanisterSnapshot),
  load_canister_snapshot: onCanister(CONTROLLER, loadCanisterSnapshot),
  delete_canister_snapshot: onCanister(CONTROLLER, deleteCanisterSnapshot),
  list_canister_snapshots: onCanister(SNAPSHOT_VIEWER, listCanisterSnapshots),
  read_canister_snapshot_metadata: onCanister(SNAPSHOT_VIEWER, readCanisterSnapshotMetadata),
  read_canister_snapshot_data: onCanister(SNAPSHOT_VIEWER, readCanisterSnapshotData),
  upload_canister_snapshot_metadata: onCanister(CONTROLLER, uploadCanisterSnapshotMetadata),
  upload_canister_snapshot_data: onCanister(CONTROLLER, uploadCanisterSnapshotData),
  fetch_canister_logs: onCanister({via: 'query', sender: 'anyone', isQuery: true}, fetchCanisterLogs),
  list_canisters: {...onSubnet('query', listCanisters), isQuery: true},
  raw_rand: onSubnet('canister', rawRand),
  http_request: onSubnet('canister', httpRequest),
  ecdsa_public_key: onSubnet('canister', ecdsaPublicKeyMethod),
  sign_with_ecdsa: onSubnet('canister', signWithEcdsa),
  schnorr_public_key: onSubnet('canister', schnorrPublicKeyMethod),
  sign_with_schnorr: onSubnet('canister', signWithSchnorr),
  vetkd_public_key: onSubnet('canister', vetKdPublicKeyMethod),
  vetkd_derive_key: onSubnet('canister', vetKdDeriveKey),
  subnet_info: onSubnet('canister', subnetInfo),
  node_metrics_history: onSubnet('canister', nodeMetricsHistory),
  bitcoin_get_balance: onSubnet('canister', noBitcoin),
  bitcoin_get_utxos: onSubnet('canister', noBitcoin),
  bitcoin_get_current_fee_percentiles: onSubnet('canister', noBitcoin),
  bitcoin_get_block_headers: onSubnet('canister', noBitcoin),
  bitcoin_send_transaction: onSubnet('canister', noBitcoin),
}

export function findMethodSpec(name: string): MethodSpec | undefined {
  return Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
}
