/**
 * The version cache of dfx as far as scripts look at it. icicle carries its compiler and its replica with it and downloads nothing: the folder
 * holds extensions.
 */

import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {DFX_VERSION} from '../io/program.js'
import {type Places, versionCacheFolder} from '../project/places.js'
import type {Reporter} from './reporter.js'

export const currentCacheFolder = (places: Places): string => versionCacheFolder(places, DFX_VERSION)

export function installCache(places: Places, reporter: Reporter): string {
  const folder = currentCacheFolder(places)
  mkdirSync(folder, {recursive: true})
  reporter.info('Everything is part of the program: there is nothing to download.')
  return folder
}

export interface CachedVersion {
  readonly version: string
  readonly isCurrent: boolean
}

export function listCache(places: Places): CachedVersion[] {
  const folder = join(places.cache, 'versions')
  const versions = existsSync(folder) ? readdirSync(folder).sort() : []
  return versions.map((version) => ({version, isCurrent: version === DFX_VERSION}))
}

/** True when there was such a version. */
export function deleteCache(places: Places, version: string = DFX_VERSION): boolean {
  const folder = versionCacheFolder(places, version)
  if (!/^[\w.+-]+$/.test(version) || version === '..' || !existsSync(folder)) return false
  rmSync(folder, {recursive: true})
  return true
}
