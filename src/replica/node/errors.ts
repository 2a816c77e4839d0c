/** What can keep a node from starting or going on, and what its user can do about it. */

import {IcicleError} from '../../base/errors.js'

const CLEAN_HINT = 'Start afresh with `icicle start --clean`: canisters and keys of this local network are lost.'

export class GenesisDamaged extends IcicleError {
  readonly code = 'GENESIS_DAMAGED'
  constructor(file: string, cause?: unknown) {
    super(`The keys of the local network cannot be read from '${file}'.`, {
      hints: ['Restore the file from a copy.', CLEAN_HINT],
      ...(cause === undefined ? {} : {cause}),
    })
  }
}

export class SystemCanistersMissing extends IcicleError {
  readonly code = 'SYSTEM_CANISTERS_MISSING'
  constructor() {
    super('This local network began without system canisters, and they cannot be added to it.', {
      hints: [
        'Start afresh with `icicle start --clean --system-canisters`: canisters and keys of this local network are lost.',
        'Or start it as it is, without --system-canisters.',
      ],
    })
  }
}

export class ClockDamaged extends IcicleError {
  readonly code = 'CLOCK_DAMAGED'
  constructor(file: string, cause: unknown) {
    super(`How far the network is ahead of the machine's clock cannot be read from '${file}'.`, {
      hints: ['Delete the file: time then stands still until the machine has caught up.', CLEAN_HINT],
      cause,
    })
  }
}

/** A block that another version of icicle wrote: its format has changed since. */
export class BlockUnreadable extends IcicleError {
  readonly code = 'BLOCK_UNREADABLE'
  constructor(where: string, writtenBy: string | undefined, cause: unknown) {
    super(`${where}${writtenBy === undefined ? '' : `, written by icicle ${writtenBy},`} is not in the format of this icicle.`, {
      hints: ['Run the version of icicle that wrote this state, and stop the network with it.', CLEAN_HINT],
      cause,
    })
  }
}

/** Replaying the log gave another state than the one that was certified: the rules differ, so going on could contradict a reply already seen. */
export class ReplayDiverged extends IcicleError {
  readonly code = 'REPLAY_DIVERGED'
  constructor(
    readonly height: number,
    readonly logged: string,
    readonly computed: string,
  ) {
    super(`Replaying height ${height} gave state ${computed.slice(0, 16)}… but ${logged.slice(0, 16)}… was certified.`, {
      hints: ['Run the version of icicle that wrote this state, and report this.', CLEAN_HINT],
    })
  }
}

export class StateMissing extends IcicleError {
  readonly code = 'STATE_MISSING'
  constructor(stateFolder: string) {
    super(`There is no state of a local network in '${stateFolder}'.`, {hints: ['Type `icicle start` first.']})
  }
}

/** The log or the checkpoints that a replay needs are gone: they were too much for the budget. */
export class HistoryTooShort extends IcicleError {
  readonly code = 'HISTORY_TOO_SHORT'
  constructor(
    readonly from: number,
    readonly oldest: number | undefined,
  ) {
    super(`A replay cannot begin at height ${from}: what came before is no longer kept.`, {
      hints: [
        oldest === undefined ? 'Nothing is kept that a replay could begin from.' : `The first possible height is ${oldest}.`,
        'More is kept when the network is given a larger "history_mb" in networks.json.',
      ],
    })
  }
}

export class ExecutionEnded extends IcicleError {
  readonly code = 'EXECUTION_ENDED'
  constructor(cause: unknown) {
    super('The execution of canisters has stopped unexpectedly.', {
      hints: ['Start the network again: nothing that was answered is lost.', 'Please report this with the log of the network.'],
      cause,
    })
  }
}
