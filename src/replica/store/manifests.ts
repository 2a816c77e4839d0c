/**
 * The manifests of a checkpoint folder: `manifest` is the newest checkpoint, `<height>.manifest` are kept ones. Kept ones share overlays with their
 * successors, so that going back costs what has changed since.
 */

import {join} from 'node:path'
import {decodeManifest, encodeManifest, type Manifest} from './checkpoint-format.js'
import {StoreDamaged, StoreUnreadable, StoreUnwritable} from './errors.js'
import {type StoreFs, writeFully} from './store-fs.js'

export const NEWEST = 'manifest'

export function keptName(height: number): string {
  return `${String(height).padStart(12, '0')}.manifest`
}

/** Ascending. Throws StoreUnreadable. */
export async function listKeptHeights(fs: StoreFs, folder: string): Promise<number[]> {
  try {
    return (await fs.list(folder))
      .filter((name) => /^\d{12}\.manifest$/.test(name))
      .map((name) => Number(name.slice(0, 12)))
      .sort((a, b) => a - b)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new StoreUnreadable(folder, cause)
  }
}

/** Undefined when there is none. Throws StoreDamaged, StoreVersionUnknown, StoreUnreadable. */
export async function findManifest(fs: StoreFs, folder: string, name: string): Promise<Manifest | undefined> {
  const path = join(folder, name)
  const bytes = await fs.readFile(path).catch((cause: unknown) => {
    throw new StoreUnreadable(path, cause)
  })
  return bytes && decodeManifest(path, bytes)
}

/** As `findManifest`; throws StoreDamaged when there is none. */
export async function getManifest(fs: StoreFs, folder: string, name: string): Promise<Manifest> {
  const manifest = await findManifest(fs, folder, name)
  if (!manifest) throw new StoreDamaged(join(folder, name), 'is missing')
  return manifest
}

/** The new content is complete on disk before it takes the name. Throws StoreUnwritable. */
export async function writeManifest(fs: StoreFs, folder: string, name: string, manifest: Manifest): Promise<void> {
  const path = join(folder, name)
  try {
    const file = await fs.openForWriting(`${path}.new`)
    await file.truncate(0)
    await writeFully(file, encodeManifest(manifest), 0)
    await file.sync()
    await file.close()
    await fs.syncFolder(folder)
    await fs.rename(`${path}.new`, path)
    await fs.syncFolder(folder)
  } catch (cause) {
    throw new StoreUnwritable(path, cause)
  }
}

/** At most `count` of the ascending manifests: the oldest and the newest stay, and of the others those that lie apart from their neighbours. */
export function thinOut(manifests: readonly Manifest[], count: number): Manifest[] {
  const rest = [...manifests]
  while (rest.length > Math.max(count, 1)) {
    let [crowded, least] = [0, Infinity]
    for (let index = 1; index < rest.length - 1; index++) {
      const spread = rest[index + 1]!.height - rest[index - 1]!.height
      if (spread < least) [crowded, least] = [index, spread]
    }
    rest.splice(crowded, 1)
  }
  return rest
}

export interface KeptCheckpoint {
  readonly height: number
  /** Of overlays that no later checkpoint uses: what dropping it frees, once all older ones are dropped. */
  readonly ownBytes: number
}

export function measureKept(manifests: readonly Manifest[]): KeptCheckpoint[] {
  return manifests.map(({height, overlays}, index) => {
    const later = new Set(manifests.slice(index + 1).flatMap((manifest) => manifest.overlays.map(({name}) => name)))
    return {height, ownBytes: overlays.reduce((sum, {name, sizeBytes}) => (later.has(name) ? sum : sum + sizeBytes), 0)}
  })
}
