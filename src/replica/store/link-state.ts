/**
 * A second state folder with the content of another: files that are never changed are linked, so that it costs no time and no room.
 *
 * Linked: overlays, archived segments, the system canisters of genesis. Copied: manifests, keys, the clock, and segments that are still written to.
 */

import {copyFile, link, mkdir, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {StoreUnwritable} from './errors.js'
import {lockStore} from './lock.js'
import {ARCHIVE_FOLDER} from './log-archive.js'
import {CHECKPOINT_FOLDER, LOG_FOLDER} from './state-folder.js'
import {nodeFs} from './store-fs.js'

interface Part {
  readonly folder: string
  readonly names: RegExp
  readonly isImmutable: boolean
}

const KEYS: Part = {folder: '', names: /^(genesis|clock)\.json$/, isImmutable: false}
const SYSTEM_CANISTERS: Part = {folder: '', names: /^system-canisters\.br$/, isImmutable: true}
const MANIFESTS: Part = {folder: CHECKPOINT_FOLDER, names: /^(manifest|\d{12}\.manifest)$/, isImmutable: false}
const OVERLAYS: Part = {folder: CHECKPOINT_FOLDER, names: /\.overlay$/, isImmutable: true}
const ARCHIVE: Part = {folder: join(LOG_FOLDER, ARCHIVE_FOLDER), names: /\.log$/, isImmutable: true}
const TAIL: Part = {folder: LOG_FOLDER, names: /^\d+\.log$/, isImmutable: false}

/**
 * Makes `to`, which must not exist, a state of its own. `withTail`: also the log above the newest checkpoint; without it the other
 * folder may be in use, as long as no checkpoint is taken. Throws StoreUnwritable.
 */
export async function linkState(from: string, to: string, {withTail}: {readonly withTail: boolean}): Promise<void> {
  const part = `${to}.part`
  try {
    await rm(part, {recursive: true, force: true})
    for (const each of [KEYS, SYSTEM_CANISTERS, OVERLAYS, MANIFESTS, ARCHIVE, ...(withTail ? [TAIL] : [])]) await linkPart(from, part, each)
    await rename(part, to)
  } catch (cause) {
    await rm(part, {recursive: true, force: true})
    throw new StoreUnwritable(to, cause)
  }
}

/** Puts the content of `from` in the place of the state in `folder`. Throws StoreInUse, StoreUnwritable. */
export async function replaceState(folder: string, from: string): Promise<void> {
  const lock = lockStore(folder)
  const [next, former] = [`${folder}.next`, `${folder}.former`]
  try {
    await rm(next, {recursive: true, force: true})
    await rm(former, {recursive: true, force: true})
    await linkState(from, next, {withTail: true})
    await rename(folder, former)
    await rename(next, folder)
    await rm(former, {recursive: true, force: true})
  } catch (cause) {
    throw cause instanceof StoreUnwritable ? cause : new StoreUnwritable(folder, cause)
  } finally {
    lock.release()
  }
}

async function linkPart(from: string, to: string, {folder, names, isImmutable}: Part): Promise<void> {
  const [source, target] = [join(from, folder), join(to, folder)]
  await mkdir(target, {recursive: true})
  const found = await readdir(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of found.filter((each) => names.test(each)))
    await (isImmutable ? linkOrCopy(join(source, name), join(target, name)) : copyFile(join(source, name), join(target, name)))
  await nodeFs.syncFolder(target)
}

/** Some file systems have no links, and none reach another file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to))
}
