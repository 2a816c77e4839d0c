/** What can be wrong with a stored state. */

import {IcicleError} from '../../base/errors.js'

export class StateDamaged extends IcicleError {
  readonly code = 'STATE_DAMAGED'
  constructor(why: string) {
    super(`The stored state of the network cannot be read: ${why}.`, {
      hints: ['Start afresh with `icicle start --clean`: canisters and keys of this local network are lost.'],
    })
  }
}

export class StateVersionUnknown extends IcicleError {
  readonly code = 'STATE_VERSION_UNKNOWN'
  constructor(
    readonly found: number,
    readonly known: number,
  ) {
    super(`The stored state has version ${found}; this icicle reads version ${known}.`, {
      hints: ['Run the version of icicle that wrote this state.'],
    })
  }
}
