/** Makes the state of a stopped local network large: canisters and request statuses as if it had run for long. */

import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {invariant} from '../../src/base/invariant.js'
import {canisterIdFromNumber, type Principal} from '../../src/protocol/principal.js'
import {encodeCheckpoint, loadCheckpoint} from '../../src/replica/node/checkpoint.js'
import type {CanisterState} from '../../src/replica/state/canister-state.js'
import type {MessageId} from '../../src/replica/state/messages.js'
import {defaultSettings, newCanister} from '../../src/replica/state/new-canister.js'
import {PagedMemory} from '../../src/replica/state/paged-memory.js'
import {CheckpointStore} from '../../src/replica/store/checkpoint-store.js'
import {CHECKPOINT_FOLDER} from '../../src/replica/store/state-folder.js'

export interface Enlargement {
  readonly canisters: number
  readonly statuses: number
}

const USER = `${'ab'.repeat(28)}02` as Principal

/** The canisters have the code of `model`, and balances that last. The network must be stopped. */
export async function enlargeState(stateFolder: string, modelId: string, {canisters, statuses}: Enlargement): Promise<void> {
  const folder = join(stateFolder, CHECKPOINT_FOLDER)
  const old = await CheckpointStore.open(folder)
  const loaded = loadCheckpoint(old)
  invariant(loaded, 'a stopped network leaves a checkpoint')
  const {state, anchor} = loaded
  const model = state.canisters.get(modelId as Principal)
  invariant(model?.code, 'the model has code')
  for (let count = 0; count < canisters; count++) {
    const id = canisterIdFromNumber(state.nextCanisterNumber++)
    state.canisters.set(id, copyOf(model, id, state.timeNs))
  }
  for (let count = 0; count < statuses; count++) {
    const id = count.toString(16).padStart(64, 'f') as MessageId
    state.ingressHistory.set(id, {
      state: {kind: 'terminal', outcome: {kind: 'reply', data: Uint8Array.of(1, 2, 3, 4)}},
      sender: USER,
      receiver: model.id,
      effectiveCanisterId: model.id,
      expiryNs: state.timeNs + 300_000_000_000n,
      terminalAtNs: state.timeNs,
    })
    state.ingressHistoryBytes += 4
  }
  // Everything is loaded before its files go away.
  const input = encodeCheckpoint(state, [...state.canisters.keys()], anchor)
  for (const memory of [...input.canisters.values()].flatMap((each) => [...each.memories.values()]))
    for (let chunk = 0; chunk * 65_536 < memory.sizeBytes; chunk++) memory.findChunk(chunk)
  old.close()
  rmSync(folder, {recursive: true})
  const store = await CheckpointStore.open(folder)
  await store.write(input)
  store.close()
}

function copyOf(model: CanisterState, id: Principal, timeNs: bigint): CanisterState {
  const canister = newCanister({
    id,
    timeNs,
    cycles: 1_000_000_000_000_000n,
    settings: defaultSettings([USER]),
    origin: {kind: 'user', userId: USER},
  })
  canister.code = {...model.code!, heap: new PagedMemory(), stable: new PagedMemory()}
  return canister
}
