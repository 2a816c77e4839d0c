/** What can go wrong with the files of a replica, in words the user can act on. */

import {IcicleError} from '../../base/errors.js'

/** Bytes that were once safely on disk are no longer what they were. */
export class StoreDamaged extends IcicleError {
  readonly code = 'STORE_DAMAGED'
  constructor(
    readonly file: string,
    what: string,
    options: {readonly cause?: unknown} = {},
  ) {
    super(`The replica's state is damaged: '${file}' ${what}.`, {
      ...options,
      hints: [
        ...(file.endsWith('.overlay')
          ? ['Move that file away: the network then starts from an older checkpoint and its log, if they are kept.']
          : []),
        'Restore a snapshot (`icicle network snapshot list`), or begin anew with `icicle start --clean` (all local canisters are lost).',
      ],
    })
  }
}

export class StoreVersionUnknown extends IcicleError {
  readonly code = 'STORE_VERSION_UNKNOWN'
  constructor(
    readonly file: string,
    readonly version: number,
    readonly known: number,
  ) {
    super(`'${file}' has format version ${version}; this icicle reads version ${known}.`, {
      hints: ['Use the icicle that wrote it, or begin anew with `icicle start --clean` (all local canisters are lost).'],
    })
  }
}

export class StoreInUse extends IcicleError {
  readonly code = 'STORE_IN_USE'
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(`The replica state in '${folder}' is in use by process ${pid}.`, {hints: ['Stop it with `icicle stop` first.']})
  }
}

/** A write or sync failed. What the system cache holds is unknown from then on, so nothing more is written. */
export class StoreUnwritable extends IcicleError {
  readonly code = 'STORE_UNWRITABLE'
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`'${file}' cannot be written: ${reasonOf(cause)}.`, {
      cause,
      hints: ['Make room or give write permission, then start again: everything that was answered is on disk.'],
    })
  }
}

export class StoreUnreadable extends IcicleError {
  readonly code = 'STORE_UNREADABLE'
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`'${file}' cannot be read: ${reasonOf(cause)}.`, {cause, hints: ['Check the permissions of the folder and of its files.']})
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the largest size of a file is reached',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk reports an error',
  ENOTDIR: 'part of its path is not a folder',
}

function reasonOf(cause: unknown): string {
  const {code, message} = cause as {readonly code?: string; readonly message?: string}
  return REASONS[code ?? ''] ?? message ?? String(cause)
}
