/**
 * Segments of the log that a checkpoint has made unnecessary for a start. They are kept for replays from further back, and as the way out when
 * the newest checkpoint is damaged.
 *
 *     <log folder>/archive/<highest height in it, 12 digits>-<segment number, 10 digits>.log
 */

import {join} from 'node:path'
import {StoreUnreadable, StoreUnwritable} from './errors.js'
import {segmentName} from './segment.js'
import {fileSize, type StoreFs} from './store-fs.js'

export interface ArchivedSegment {
  readonly path: string
  readonly number: number
  readonly maxHeight: number
  readonly sizeBytes: number
}

export const ARCHIVE_FOLDER = 'archive'

/** Oldest first. Throws StoreUnreadable. */
export async function listArchive(fs: StoreFs, logFolder: string): Promise<ArchivedSegment[]> {
  const folder = join(logFolder, ARCHIVE_FOLDER)
  try {
    return (await fs.list(folder))
      .map((name) => /^(\d{12})-(\d{10})\.log$/.exec(name))
      .filter((match) => match !== null)
      .map(([name, height, number]) => {
        const path = join(folder, name)
        return {path, number: Number(number), maxHeight: Number(height), sizeBytes: fileSize(fs, path)}
      })
      .sort((a, b) => a.maxHeight - b.maxHeight || a.number - b.number)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new StoreUnreadable(folder, cause)
  }
}

/** Moves a segment that is no longer written to. Throws StoreUnwritable. */
export async function archiveSegment(
  fs: StoreFs,
  logFolder: string,
  {number, maxHeight}: {number: number; maxHeight: number},
): Promise<void> {
  const path = join(logFolder, segmentName(number))
  const folder = join(logFolder, ARCHIVE_FOLDER)
  try {
    await fs.makeFolder(folder)
    await fs.rename(path, join(folder, `${String(maxHeight).padStart(12, '0')}-${segmentName(number)}`))
    await fs.syncFolder(folder)
    // One by one: a move that a power loss undoes must not leave a gap behind it.
    await fs.syncFolder(logFolder)
  } catch (cause) {
    throw new StoreUnwritable(path, cause)
  }
}

/** Deletes what speaks only of heights up to `height`. Throws StoreUnwritable. */
export async function forgetArchive(fs: StoreFs, logFolder: string, height: number): Promise<void> {
  for (const {path, maxHeight} of await listArchive(fs, logFolder)) {
    if (maxHeight > height) return
    await fs.remove(path).catch((cause: unknown) => {
      throw new StoreUnwritable(path, cause)
    })
  }
}
