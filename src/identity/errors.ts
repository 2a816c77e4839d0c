/** What can be wrong with an identity. */
import {IcicleError} from '../base/errors.js'

export class IdentityNotFound extends IcicleError {
  readonly code = 'IDENTITY_NOT_FOUND'
  constructor(
    readonly identity: string,
    readonly folder: string,
    program: string,
  ) {
    super(`Identity ${identity} does not exist at '${folder}'.`, {
      hints: [`'${program} identity list' shows the identities there are, '${program} identity new ${identity}' makes this one.`],
    })
  }
}

export class IdentityExists extends IcicleError {
  readonly code = 'IDENTITY_EXISTS'
  constructor(readonly identity: string) {
    super(`Identity already exists: '${identity}'.`, {hints: ['Choose another name, or replace it with --force.']})
  }
}

export class IdentityNameInvalid extends IcicleError {
  readonly code = 'IDENTITY_NAME_INVALID'
  constructor(readonly identity: string) {
    super(`Invalid identity name '${identity}'.`, {
      hints: ['Use only the characters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_@0123456789.'],
    })
  }
}

export class AnonymousReserved extends IcicleError {
  readonly code = 'IDENTITY_ANONYMOUS_RESERVED'
  constructor() {
    super("The identity 'anonymous' is built in: it can be used, but not created, changed or exported.")
  }
}

export class PemInvalid extends IcicleError {
  readonly code = 'PEM_INVALID'
  constructor(problem: string, cause?: unknown) {
    super(`Failed to validate PEM content: ${problem}`, {
      cause,
      hints: ['Supported keys: secp256k1, Ed25519 and P-256, as SEC1 or PKCS#8 PEM.'],
    })
  }
}

export class IdentityStorageUnsupported extends IcicleError {
  readonly code = 'IDENTITY_STORAGE_UNSUPPORTED'
}

export class PassphraseWrong extends IcicleError {
  readonly code = 'PASSPHRASE_WRONG'
  constructor(cause: unknown) {
    super('Failed to decrypt PEM file: the passphrase is wrong, or the file is damaged.', {cause})
  }
}

export class PassphraseTooShort extends IcicleError {
  readonly code = 'PASSPHRASE_TOO_SHORT'
  constructor(readonly minimum: number) {
    super(`A passphrase has at least ${minimum} characters.`)
  }
}

export class PassphrasesDiffer extends IcicleError {
  readonly code = 'PASSPHRASES_DIFFER'
  constructor() {
    super('The two passphrases are not the same.')
  }
}

export class IdentityInUse extends IcicleError {
  readonly code = 'IDENTITY_IN_USE'
  constructor(
    readonly identity: string,
    program: string,
  ) {
    super(`Cannot remove the identity '${identity}': it is the chosen one.`, {
      hints: [`Choose another first: '${program} identity use NAME'.`],
    })
  }
}

export class IdentityHasWallets extends IcicleError {
  readonly code = 'IDENTITY_HAS_WALLETS'
  constructor(readonly identity: string) {
    super(`Identity '${identity}' has wallets on persistent networks; nobody could use them any more.`, {
      hints: ['Remove it all the same with --drop-wallets.'],
    })
  }
}

export class PemFileNotFound extends IcicleError {
  readonly code = 'PEM_FILE_NOT_FOUND'
  constructor(readonly file: string) {
    super(`There is no file '${file}'.`)
  }
}

export class SeedPhraseInvalid extends IcicleError {
  readonly code = 'SEED_PHRASE_INVALID'
  constructor() {
    super('The seed phrase is not valid: a word is not of the English BIP-39 list, or the checksum does not fit.', {
      hints: ['It has 12 to 24 words with spaces between them.'],
    })
  }
}

export class KeyringFailed extends IcicleError {
  readonly code = 'KEYRING_FAILED'
  constructor(
    readonly identity: string,
    tool: string,
  ) {
    super(`The keyring did not take the key of identity '${identity}' (${tool}).`, {
      hints: ["Keep it with a passphrase: '--storage-mode password-protected'."],
    })
  }
}

export class KeyringEntryMissing extends IcicleError {
  readonly code = 'KEYRING_ENTRY_MISSING'
  constructor(readonly identity: string) {
    super(`The key of identity '${identity}' is in a keyring that is not there, or does not have it.`)
  }
}

export class DelegationInvalid extends IcicleError {
  readonly code = 'DELEGATION_INVALID'
  constructor(message: string, hints: readonly string[] = []) {
    super(message, {hints})
  }
}
