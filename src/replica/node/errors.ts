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

export class ExecutionEnded extends IcicleError {
  readonly code = 'EXECUTION_ENDED'
  constructor(cause: unknown) {
    super('The execution of canisters has stopped unexpectedly.', {
      hints: ['Start the network again: nothing that was answered is lost.', 'Please report this with the log of the network.'],
      cause,
    })
  }
}
