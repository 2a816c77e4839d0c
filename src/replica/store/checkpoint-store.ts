/**
 * Checkpoints of the replicated state: an overlay file with what changed since the one before, and a manifest that names the overlays.
 *
 * Nothing is written in place: a new overlay is complete on disk before the manifest is renamed over the old one, so that a crash at
 * any moment leaves the last checkpoint or the new one. `write` takes clones and returns to the caller's work before the first byte goes
 * out. Heaps are read back chunk by chunk when they are used.
 */

import {join} from 'node:path'
import {invariant} from '../../base/invariant.js'
import type {CanisterId} from '../../protocol/principal.js'
import type {CanisterSource, EncodedCanister} from '../state/codec.js'
import {PagedMemory} from '../state/paged-memory.js'
import {CheckpointDirectory, readExtent} from './checkpoint-directory.js'
import type {Manifest, OverlayEntry} from './checkpoint-format.js'
import {compact} from './compaction.js'
import {StoreDamaged, StoreUnreadable} from './errors.js'
import {
  findManifest,
  getManifest,
  type KeptCheckpoint,
  keptName,
  listKeptHeights,
  measureKept,
  NEWEST,
  thinOut,
  writeManifest,
} from './manifests.js'
import {type PlannedMemory, planMemories} from './memory-plan.js'
import {OverlayFile} from './overlay-file.js'
import {OverlayWriter} from './overlay-writer.js'
import {nodeFs, type StoreFs} from './store-fs.js'

export interface CheckpointInput {
  readonly height: number
  /** Created or changed since the last checkpoint. */
  readonly canisters: ReadonlyMap<CanisterId, EncodedCanister>
  /** Deleted since. */
  readonly removed: Iterable<CanisterId>
  /** Named parts, whole: ingress history, rest of the state, last block. One that is left out stays as it was. Pieces are made as they are written. */
  readonly parts: ReadonlyMap<string, Uint8Array | Iterable<Uint8Array>>
}

export interface CheckpointOptions {
  readonly fs?: StoreFs
  /** Compact when the overlays after the first are larger than this many times the first, and than `compactFromBytes`. */
  readonly compactFactor?: number
  readonly compactFromBytes?: number
  readonly maxOverlays?: number
  /** So many checkpoints stay, the newest among them, to begin replays from and to fall back on. */
  readonly keptCheckpoints?: number
}

/** The newest checkpoint could not be read, and an older one was taken: the log must lead from there to where it was. */
export interface FallenBack {
  readonly damage: StoreDamaged
  readonly toHeight: number
  /** Of the checkpoint that is damaged. */
  readonly fromHeight: number
}

const DEFAULTS = {fs: nodeFs, compactFactor: 1, compactFromBytes: 64 * 1024 * 1024, maxOverlays: 32, keptCheckpoints: 8}

export class CheckpointStore {
  readonly #folder: string
  readonly #options: Required<CheckpointOptions>
  #manifest: Manifest | undefined
  /** Ascending, the newest one included. */
  #kept: Manifest[] = []
  #fallenBack: FallenBack | undefined
  #directory = new CheckpointDirectory()
  #files: OverlayFile[] = []
  /** Compacted away, but perhaps still read by memories that were cloned before: kept open until the next compaction. */
  #retired: OverlayFile[] = []
  #blobCache = new Map<string, WeakRef<Uint8Array>>()
  #nextMemoryId = 0
  #isWriting = false

  private constructor(folder: string, options: Required<CheckpointOptions>) {
    this.#folder = folder
    this.#options = options
  }

  /** Opens the newest checkpoint that is whole. Throws StoreDamaged, StoreVersionUnknown, StoreUnreadable. */
  static async open(folder: string, options: CheckpointOptions = {}): Promise<CheckpointStore> {
    const store = new CheckpointStore(folder, {...DEFAULTS, ...options})
    await store.#load()
    return store
  }

  /** Opens a kept checkpoint, or with height 0 none, to be read only: nothing in the folder changes. Errors: those of `open`. */
  static async openAt(folder: string, height: number, options: CheckpointOptions = {}): Promise<CheckpointStore> {
    const store = new CheckpointStore(folder, {...DEFAULTS, ...options})
    if (height > 0) store.#take(await getManifest(store.#options.fs, folder, keptName(height)))
    return store
  }

  /** Of the last checkpoint; undefined when there is none. */
  get height(): number | undefined {
    return this.#manifest?.height
  }

  /** Set when the newest checkpoint was damaged. */
  get fallenBack(): FallenBack | undefined {
    return this.#fallenBack
  }

  /** Checkpoints that replays can begin from, ascending, the newest included. */
  listKept(): KeptCheckpoint[] {
    return measureKept(this.#kept)
  }

  /** Drops kept checkpoints below `height`. Throws StoreUnreadable. */
  async forgetBelow(height: number): Promise<void> {
    const before = this.#kept.length
    this.#kept = this.#kept.filter((manifest) => manifest.height >= height || manifest === this.#manifest)
    if (this.#kept.length < before) await this.#removeStrangers()
  }

  get overlayCount(): number {
    return this.#files.length
  }

  listCanisters(): CanisterId[] {
    return [...this.#directory.canisters.keys()].sort()
  }

  /** What `decodeCanister` wants. Throws StoreDamaged. */
  loadCanister(id: CanisterId): {readonly bytes: Uint8Array; readonly source: CanisterSource} {
    const entry = this.#directory.canisters.get(id)
    invariant(entry, `canister ${id} is in no checkpoint`)
    const loadMemory = (name: string, sizeBytes: number): PagedMemory => {
      const memoryId = entry.memories.find((memory) => memory.name === name)?.memoryId
      const stored = memoryId === undefined ? undefined : this.#directory.memories.get(memoryId)
      if (stored?.sizeBytes !== sizeBytes) throw new StoreDamaged(entry.file.path, `lacks memory '${name}' of canister ${id}`)
      return new PagedMemory(sizeBytes, stored)
    }
    return {bytes: readExtent({file: entry.file, extent: entry.metadata}), source: {loadBlob: (hash) => this.#loadBlob(hash), loadMemory}}
  }

  loadPart(name: string): Uint8Array | undefined {
    const located = this.#directory.parts.get(name)
    return located && readExtent(located)
  }

  /**
   * Writes a checkpoint. Before it returns to the caller for the first time, the memories given are cloned and their dirty pages cleared:
   * the state may change at once. One at a time. Throws StoreUnwritable; its canisters must then be part of the next one.
   */
  async write(input: CheckpointInput): Promise<void> {
    invariant(!this.#isWriting, 'two checkpoints are written at once')
    this.#isWriting = true
    const memories = [...input.canisters.values()].flatMap((canister) => [...canister.memories.values()])
    const plan = planMemories(memories, {directory: this.#directory, takeId: () => this.#nextMemoryId++})
    try {
      await this.#writeOverlay(input, plan.planned, plan.ids)
      if (this.#needsCompaction()) await this.#compact()
      await this.#keep()
    } finally {
      this.#isWriting = false
    }
  }

  close(): void {
    for (const file of [...this.#files, ...this.#retired]) file.close()
  }

  async #load(): Promise<void> {
    const {fs} = this.#options
    await this.#attempt(this.#folder, () => fs.makeFolder(this.#folder))
    const heights = await listKeptHeights(fs, this.#folder)
    try {
      const newest = await findManifest(fs, this.#folder, NEWEST)
      if (newest) this.#take(newest)
      else if (heights.length > 0) throw new StoreDamaged(join(this.#folder, NEWEST), 'is missing')
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error
      await this.#fallBack(error, heights)
    }
    await this.#loadKept(heights.filter((height) => height <= (this.#manifest?.height ?? 0)))
    // After a fall the damaged files stay until a new checkpoint has taken their place.
    if (!this.#fallenBack) await this.#removeStrangers()
  }

  /** Takes the newest kept checkpoint that is whole, or begins from genesis; throws `damage` when the checkpoint's height is not known. */
  async #fallBack(damage: StoreDamaged, heights: readonly number[]): Promise<void> {
    for (const height of [...heights].reverse()) {
      try {
        this.#take(await getManifest(this.#options.fs, this.#folder, keptName(height)))
        this.#fallenBack = {damage, toHeight: height, fromHeight: heights.at(-1)!}
        return
      } catch (error) {
        if (!(error instanceof StoreDamaged)) throw error
      }
    }
    const fromHeight = heights.at(-1)
    if (fromHeight === undefined) throw damage
    this.#forgetAll()
    this.#fallenBack = {damage, toHeight: 0, fromHeight}
  }

  #forgetAll(): void {
    this.close()
    this.#directory = new CheckpointDirectory()
    this.#files = []
    this.#manifest = undefined
    this.#nextMemoryId = 0
  }

  #take(manifest: Manifest): void {
    this.#forgetAll()
    for (const entry of manifest.overlays) {
      const file = new OverlayFile(this.#options.fs, this.#folder, entry)
      this.#files.push(file)
      this.#directory.addFile(file, entry)
    }
    this.#manifest = manifest
    this.#nextMemoryId = manifest.nextMemoryId
  }

  /** One that is damaged is no longer kept. */
  async #loadKept(heights: readonly number[]): Promise<void> {
    for (const height of heights) {
      if (height === this.#manifest!.height) continue
      const manifest = await findManifest(this.#options.fs, this.#folder, keptName(height)).catch((error: unknown) => {
        if (!(error instanceof StoreDamaged)) throw error
      })
      if (manifest) this.#kept.push(manifest)
    }
    if (this.#manifest) this.#kept.push(this.#manifest)
  }

  /** Files of a checkpoint that was not finished, or that nobody needs any more. */
  async #removeStrangers(): Promise<void> {
    const overlays = this.#kept.flatMap((manifest) => manifest.overlays.map(({name}) => name))
    const known = new Set([NEWEST, ...this.#kept.map(({height}) => keptName(height)), ...this.#files.map(({name}) => name), ...overlays])
    await this.#attempt(this.#folder, async () => {
      for (const name of await this.#options.fs.list(this.#folder))
        if (!known.has(name)) await this.#options.fs.remove(join(this.#folder, name))
    })
  }

  async #writeOverlay(input: CheckpointInput, planned: readonly PlannedMemory[], ids: ReadonlyMap<PagedMemory, number>): Promise<void> {
    const writer = await this.#createOverlay(input.height)
    try {
      const memories = []
      for (const {toWrite} of planned) memories.push(await writer.writeMemory(toWrite))
      const canisters = []
      const blobs = new Map<string, Uint8Array>()
      for (const [id, {bytes, memories: named, blobs: own}] of input.canisters) {
        const metadata = await writer.writeExtent(bytes)
        for (const [hash, blob] of own) if (!this.#directory.blobs.has(hash)) blobs.set(hash, blob)
        const memoryIds = [...named].map(([name, memory]) => ({name, memoryId: ids.get(memory)!}))
        canisters.push({id, metadata, memories: memoryIds, blobs: [...own.keys()]})
      }
      const parts = []
      for (const [name, bytes] of input.parts)
        parts.push({name, extent: await (bytes instanceof Uint8Array ? writer.writeExtent(bytes) : writer.writePieces(bytes))})
      const blobEntries = []
      for (const [hash, blob] of blobs) blobEntries.push({hash, extent: await writer.writeExtent(blob)})
      const index = {canisters, removed: [...input.removed], parts, blobs: blobEntries, memories}
      const entry = await writer.finish(index)
      await this.#publish({height: input.height, overlays: [...(this.#manifest?.overlays ?? []), entry]})
      const file = new OverlayFile(this.#options.fs, this.#folder, entry)
      this.#files.push(file)
      for (const [position, {stored}] of planned.entries()) {
        stored.settle(this.#directory.layersOf(file, memories[position]!))
        this.#directory.memories.set(stored.id, stored)
      }
      this.#directory.addNames(file, index)
    } catch (error) {
      await writer.abandon()
      throw error
    }
  }

  #needsCompaction(): boolean {
    const [base, ...rest] = this.#files
    const {compactFactor, compactFromBytes, maxOverlays} = this.#options
    const added = rest.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)
    return rest.length >= maxOverlays || (added > compactFromBytes && added > compactFactor * (base?.sizeBytes ?? 0))
  }

  /** Everything alive into one new overlay; old ones that no kept checkpoint uses are removed. */
  async #compact(): Promise<void> {
    const height = this.#manifest!.height
    const writer = await this.#createOverlay(height)
    try {
      const compacted = await compact(this.#directory, writer)
      await this.#publish({height, overlays: [compacted.entry]})
      const file = new OverlayFile(this.#options.fs, this.#folder, compacted.entry)
      for (const old of this.#retired) old.close()
      // Opened before their names vanish: memories cloned before this moment still read from them.
      for (const old of this.#files) old.open()
      this.#retired = this.#files
      this.#files = [file]
      this.#directory = compacted.moveTo(file)
    } catch (error) {
      await writer.abandon()
      throw error
    }
  }

  async #createOverlay(height: number): Promise<OverlayWriter> {
    const taken = new Set(await this.#attempt(this.#folder, () => this.#options.fs.list(this.#folder)))
    for (const {name} of [...this.#files, ...this.#retired]) taken.add(name)
    const nameOf = (attempt: number): string => `${String(height).padStart(12, '0')}-${attempt}.overlay`
    let attempt = 0
    while (taken.has(nameOf(attempt))) attempt++
    return OverlayWriter.create(this.#options.fs, this.#folder, nameOf(attempt))
  }

  async #publish({height, overlays}: {readonly height: number; readonly overlays: readonly OverlayEntry[]}): Promise<void> {
    const manifest = {height, overlays, nextMemoryId: this.#nextMemoryId}
    await writeManifest(this.#options.fs, this.#folder, NEWEST, manifest)
    this.#manifest = manifest
    this.#fallenBack = undefined
  }

  /** Makes the newest checkpoint, which stands without this, one that replays can begin from. */
  async #keep(): Promise<void> {
    const {fs, keptCheckpoints} = this.#options
    const newest = this.#manifest!
    await writeManifest(fs, this.#folder, keptName(newest.height), newest)
    this.#kept = thinOut([...this.#kept.filter(({height}) => height !== newest.height), newest], keptCheckpoints)
    // What cannot be removed now is removed later.
    await this.#removeStrangers().catch((error: unknown) => invariant(error instanceof StoreUnreadable, String(error)))
  }

  #loadBlob(hash: string): Uint8Array {
    const known = this.#blobCache.get(hash)?.deref()
    if (known) return known
    const located = this.#directory.blobs.get(hash)
    if (!located) throw new StoreDamaged(this.#folder, `lacks blob ${hash}`)
    const blob = readExtent(located)
    this.#blobCache.set(hash, new WeakRef(blob))
    return blob
  }

  async #attempt<T>(path: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (cause) {
      throw new StoreUnreadable(path, cause)
    }
  }
}
