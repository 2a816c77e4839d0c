/** What the user can mend about canisters. */

import type {CallRejected} from '../agent/errors.js'
import {IcicleError} from '../base/errors.js'
import {programName} from '../io/program.js'

export class RemoteCanister extends IcicleError {
  readonly code = 'REMOTE_CANISTER'
  constructor(canister: string, network: string, deed: 'created' | 'built' | 'installed') {
    super(`Canister '${canister}' is a remote canister on network '${network}', and cannot be ${deed} from here.`)
  }
}

export class PullCanisterNotCreated extends IcicleError {
  readonly code = 'PULL_CANISTER'
  constructor(canister: string) {
    super(`${canister} is a pull dependency. Please deploy it using '${programName()} deps deploy ${canister}'.`)
  }
}

/** No such name in dfx.json or the store, and no principal either. */
export class CanisterUnknown extends IcicleError {
  readonly code = 'CANISTER_UNKNOWN'
  constructor(canister: string, known: readonly string[], reason?: string) {
    super(`'${canister}' is neither a canister of this project nor a canister id.`, {
      hints: [
        ...(reason === undefined ? [] : [reason]),
        ...(known.length > 0 ? [`Canisters with an id on this network: ${known.join(', ')}.`] : []),
      ],
    })
  }
}

export class ConsentDeclined extends IcicleError {
  readonly code = 'CONSENT_DECLINED'
  constructor(deed: string) {
    super(`Refusing to ${deed} without approval`, {cause: new Error('User declined consent.')})
  }
}

export class ArgumentInvalid extends IcicleError {
  readonly code = 'ARGUMENT_INVALID'
}

export class NotBuilt extends IcicleError {
  readonly code = 'NOT_BUILT'
  constructor(canister: string) {
    super(`The canister must be built before install. Please run \`${programName()} build\`.`, {
      hints: [`Type '${programName()} build ${canister}'.`],
    })
  }
}

export class UpgradeUnsafe extends IcicleError {
  readonly code = 'UPGRADE_UNSAFE'
}

export class HookFailed extends IcicleError {
  readonly code = 'HOOK_FAILED'
}

export class ModeInvalid extends IcicleError {
  readonly code = 'MODE_INVALID'
}

export class OnlyLocal extends IcicleError {
  readonly code = 'ONLY_LOCAL'
}

export class MethodMismatch extends IcicleError {
  readonly code = 'METHOD_MISMATCH'
}

export class MetadataMissing extends IcicleError {
  readonly code = 'METADATA_MISSING'
}

export class NotInstalled extends IcicleError {
  readonly code = 'NOT_INSTALLED'
  constructor(canister: string, hash: string) {
    super(`The network accepted the code of canister ${canister}, but does not show its module hash ${hash}.`, {
      hints: ['Look again with `canister info`; another controller may have installed other code.'],
    })
  }
}

export class CallFailed extends IcicleError {
  readonly code = 'CALL_FAILED'
  readonly rejectCode: number
  readonly rejectMessage: string
  readonly errorCode: string | undefined
  constructor(kind: 'query' | 'update', cause: CallRejected) {
    super(`Failed ${kind} call.`, {cause})
    this.rejectCode = cause.rejectCode
    this.rejectMessage = cause.rejectMessage
    this.errorCode = cause.errorCode
  }
}

export class IdentityInsecure extends IcicleError {
  readonly code = 'IDENTITY_INSECURE'
  constructor(identity: string) {
    super(`The ${identity} identity is not stored securely. Do not use it to control a lot of cycles/ICP.`, {
      hints: [
        `For public queries use '--identity anonymous'.`,
        "If you want to use it all the same, set the environment variable DFX_WARNING to '-mainnet_plaintext_identity'.",
      ],
    })
  }
}

export class SnapshotRefused extends IcicleError {
  readonly code = 'SNAPSHOT_REFUSED'
  constructor(canister: string, cause: unknown) {
    super(`Canister ${canister} is running and snapshots should not be taken of running canisters.`, {
      cause,
      hints: [`Stop it first: '${programName()} canister stop ${canister}'; start it again afterwards.`],
    })
  }
}

export class WithdrawalFailed extends IcicleError {
  readonly code = 'WITHDRAWAL_FAILED'
  constructor(canister: string, cause: unknown) {
    super(`The cycles of canister ${canister} cannot be withdrawn.`, {
      cause,
      hints: ["Leave more behind with '--initial-margin CYCLES', or let them go with '--no-withdrawal'."],
    })
  }
}

export class SubnetUndecided extends IcicleError {
  readonly code = 'SUBNET_UNDECIDED'
  constructor() {
    super('Cannot automatically decide which subnet to target.', {
      hints: ['The canisters of the project live on several subnets: choose one with --subnet, --subnet-type or --next-to.'],
    })
  }
}

export class InterfaceMissing extends IcicleError {
  readonly code = 'INTERFACE_MISSING'
}

export class DependencyInvalid extends IcicleError {
  readonly code = 'DEPENDENCY_INVALID'
}

/** The minting canister makes a canister only when its controller asks: a payment for somebody else would lie there. */
export class ControllerAbsent extends IcicleError {
  readonly code = 'CONTROLLER_ABSENT'
  constructor(controller: string) {
    super(`Only ${controller} itself can have a canister created that it controls. Nothing was paid.`, {
      hints: ['Create the canister for yourself, then add the other as a controller with `canister update-settings --add-controller`.'],
    })
  }
}

/** Wallets are made on local networks only; a real one must be named. */
export class WalletMissing extends IcicleError {
  readonly code = 'WALLET_MISSING'
  constructor(identity: string, network: string) {
    super(`The identity '${identity}' has no wallet on network '${network}'.`, {
      hints: [
        `Name one with '${programName()} identity set-wallet ID --network ${network}'.`,
        `Or do without: '${programName()} cycles balance' shows your account of the cycles ledger.`,
      ],
    })
  }
}
