/**
 * `install_code`, `install_chunked_code`: code for a canister, given whole or as chunks uploaded before.
 *
 * Effects: code, memories, version, a `code_deployment` in the history; nothing when the installation is rejected, but instructions are charged.
 * Source: IC interface specification, "IC method install_code", "IC method install_chunked_code"; digest management-canister section 5.
 */

import {concatBytes, equalBytes, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {type CanisterId, principalToText} from '../../protocol/principal.js'
import type {ErrorCode} from '../../protocol/reject-codes.js'
import {type InstallCodeResult, type InstallMode, installCode, resumeInstall} from '../canister/install-code.js'
import type {CanisterState} from '../state/canister-state.js'
import {CHUNK_SIZE_BYTES, listBytes, noSuchChunk, storeError} from './chunk-store.js'
import {recordChange} from './history.js'
import {
  changeOrigin,
  isController,
  type ManagementCall,
  type ManagementStep,
  onlyControllers,
  reject,
  reply,
  touch,
} from './management-call.js'

type Optional<T> = readonly [] | readonly [T]

type ModeArg =
  | {readonly install: null}
  | {readonly reinstall: null}
  | {
      readonly upgrade: Optional<{
        readonly skip_pre_upgrade: Optional<boolean>
        readonly wasm_memory_persistence: Optional<{readonly keep: null} | {readonly replace: null}>
      }>
    }

interface CommonArgs {
  readonly mode: ModeArg
  readonly arg: Uint8Array
  readonly sender_canister_version: Optional<bigint>
}

export interface InstallCodeArgs extends CommonArgs {
  readonly canister_id: CanisterId
  readonly wasm_module: Uint8Array
}

export interface InstallChunkedCodeArgs extends CommonArgs {
  readonly target_canister: CanisterId
  readonly store_canister: Optional<CanisterId>
  readonly chunk_hashes_list: readonly {readonly hash: Uint8Array}[]
  readonly wasm_module_hash: Uint8Array
}

export function installCodeMethod(call: ManagementCall<InstallCodeArgs>, canister: CanisterState): ManagementStep {
  return install(call, canister, call.args.wasm_module)
}

export function installChunkedCode(call: ManagementCall<InstallChunkedCodeArgs>, canister: CanisterState): ManagementStep {
  const {
    chunk_hashes_list: hashes,
    store_canister: [storeId],
  } = call.args
  const store = storeId === undefined ? canister : call.state.canisters.get(storeId)
  if (!store)
    return reject(
      'IC0301',
      `InstallChunkedCode Error: Store canister ${principalToText(storeId!)} was not found on subnet ${principalToText(call.subnet.subnetId)} of target canister ${principalToText(canister.id)}`,
    )
  if (store !== canister && !isController(store, call.sender) && call.sender !== store.id) return onlyControllers(store, call.sender)
  const assembled = assemble(store, hashes, call.args.wasm_module_hash)
  if (!(assembled instanceof Uint8Array)) return assembled
  return install(call, canister, assembled, BigInt(hashes.length * CHUNK_SIZE_BYTES))
}

/** `assemblyInstructions` were spent on putting the module together. */
function install(call: ManagementCall<CommonArgs>, canister: CanisterState, wasm: Uint8Array, assemblyInstructions = 0n): ManagementStep {
  const mode = readMode(call.args.mode)
  return answer(
    call,
    canister,
    installCode(canister, {mode, wasm, arg: call.args.arg, sender: call.sender, assemblyInstructions}, call.env, call.message),
  )
}

/** Goes on with an installation that was paused. `call` is what it began with. */
export function resumeInstallMethod(
  call: ManagementCall<InstallCodeArgs | InstallChunkedCodeArgs>,
  canister: CanisterState,
): ManagementStep {
  return answer(call, canister, resumeInstall(canister, call.env))
}

function answer(call: ManagementCall<CommonArgs>, canister: CanisterState, result: InstallCodeResult): ManagementStep {
  touch(call.state, canister.id)
  const {instructions} = result
  if (result.kind === 'paused') return {kind: 'deferred', instructions}
  if (result.kind === 'rejected') return {...reject(result.errorCode as ErrorCode, result.message), instructions}
  recordChange(canister, result.timeNs, changeOrigin(call), {
    kind: 'code_deployment',
    mode: readMode(call.args.mode).kind,
    moduleHash: canister.code!.module.hash,
  })
  return {...reply(), instructions}
}

function readMode(mode: ModeArg): InstallMode {
  if ('install' in mode) return {kind: 'install'}
  if ('reinstall' in mode) return {kind: 'reinstall'}
  const [options] = mode.upgrade
  const [persistence] = options?.wasm_memory_persistence ?? []
  return {
    kind: 'upgrade',
    skipPreUpgrade: options?.skip_pre_upgrade[0] ?? false,
    ...(persistence && {wasmMemoryPersistence: 'keep' in persistence ? ('keep' as const) : ('replace' as const)}),
  }
}

function assemble(store: CanisterState, hashes: readonly {readonly hash: Uint8Array}[], expected: Uint8Array): Uint8Array | ManagementStep {
  const chunks: Uint8Array[] = []
  for (const {hash} of hashes) {
    if (hash.length !== 32) return storeError('Chunk hash is invalid. The length is not 32')
    const chunk = store.chunkStore.get(toHex(hash))
    if (!chunk) return noSuchChunk(hash)
    chunks.push(chunk)
  }
  const wasm = concatBytes(...chunks)
  const actual = sha256(wasm)
  return equalBytes(actual, expected)
    ? wasm
    : storeError(`Wasm module hash ${listBytes(actual)} does not match given hash ${listBytes(expected)}`)
}
