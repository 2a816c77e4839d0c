import {IcicleError} from '../base/errors.js'

export class AssetConfigInvalid extends IcicleError {
  readonly code = 'ASSET_CONFIG_INVALID'
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}.`, {hints: ['The file holds a list of rules, each with a "match" pattern.']})
  }
}

export class AssetKeyTwice extends IcicleError {
  readonly code = 'ASSET_KEY_TWICE'
  constructor(key: string, first: string, second: string) {
    super(`Asset with key '${key}' defined at ${first} and ${second}`, {hints: ['Remove one of the files, or one of the source folders.']})
  }
}

export class AssetSourceMissing extends IcicleError {
  readonly code = 'ASSET_SOURCE_MISSING'
  constructor(folder: string) {
    super(`The source folder '${folder}' does not exist.`, {hints: ['Build the frontend first, or correct "source" in dfx.json.']})
  }
}

export class AssetPermissionMissing extends IcicleError {
  readonly code = 'ASSET_PERMISSION_MISSING'
  constructor(sender: string, permission: 'Prepare' | 'Commit', cause: unknown) {
    super(`Caller does not have ${permission} permission: ${sender} may not change the assets of this canister.`, {
      cause,
      hints: [
        `A controller can allow it: dfx canister call <canister> grant_permission '(record {to_principal = principal "${sender}"; permission = variant {${permission}}})'`,
      ],
    })
  }
}
