/** Where an installed extension lies. On its own: every mistyped command asks for it. */

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Places} from '../project/places.js'
import {currentCacheFolder} from './version-cache.js'

export const extensionFolder = (places: Places, name: string): string => join(currentCacheFolder(places), 'extensions', name)

/** Its folder, or undefined. */
export function findExtension(places: Places, name: string): string | undefined {
  const folder = extensionFolder(places, name)
  return /^[\w-]+$/.test(name) && existsSync(join(folder, 'extension.json')) ? folder : undefined
}
