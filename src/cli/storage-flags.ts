/** How a key is kept: flags of `identity new` and `identity import`. */
import {Flags} from '@oclif/core'
import {STORAGE_MODES, type StorageMode} from '../operations/new-identity.js'

export const storageFlags = {
  'storage-mode': Flags.option({
    summary: 'How the key is kept',
    options: STORAGE_MODES,
    helpValue: 'MODE',
    exclusive: ['disable-encryption'],
  })(),
  'disable-encryption': Flags.boolean({summary: 'Short for --storage-mode plaintext', hidden: true, exclusive: ['storage-mode']}),
}

export interface StorageChoice {
  readonly mode: StorageMode | undefined
  readonly isInteractive: boolean
}

export function storageOf(flags: {
  readonly 'storage-mode'?: StorageMode | undefined
  readonly 'disable-encryption': boolean
}): StorageChoice {
  return {mode: flags['disable-encryption'] ? 'plaintext' : flags['storage-mode'], isInteractive: process.stdin.isTTY === true}
}
