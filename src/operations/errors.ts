/** What the user can mend about the use cases themselves. */
import {IcicleError} from '../base/errors.js'
import {programName} from '../io/program.js'

/** An option of dfx that icicle knows, but does not have yet. */
export class OptionUnsupported extends IcicleError {
  readonly code = 'OPTION_UNSUPPORTED'
  constructor(
    readonly option: string,
    reason: string,
    hints: readonly string[] = [],
  ) {
    super(`icicle does not support ${option}: ${reason}`, {hints})
  }
}

export class NetworkNotLocal extends IcicleError {
  readonly code = 'NETWORK_NOT_LOCAL'
  constructor(readonly network: string) {
    super(`The network '${network}' is defined by the URL of its provider: ${programName()} can use it, but not start or stop it.`, {
      hints: ['Remove "providers" from its definition to run it on this computer.'],
    })
  }
}

export class BindInvalid extends IcicleError {
  readonly code = 'BIND_INVALID'
  constructor(readonly given: string) {
    super(`'${given}' is not an address to listen on.`, {
      hints: ['Give a host and a port, e.g. 127.0.0.1:4943; port 0 takes any free one.'],
    })
  }
}

export class FolderExists extends IcicleError {
  readonly code = 'FOLDER_EXISTS'
  constructor(readonly folder: string) {
    super('Cannot create a new project because the directory already exists.', {hints: [`Choose another name, or remove '${folder}'.`]})
  }
}

export class InfoUnavailable extends IcicleError {
  readonly code = 'INFO_UNAVAILABLE'
}

export class DurationInvalid extends IcicleError {
  readonly code = 'DURATION_INVALID'
  constructor(readonly duration: string) {
    super(`'${duration}' is not a duration.`, {
      hints: ["Durations look like '30s', '10m', '12h', '3d', '2w' or '1d 12h'; time cannot go back."],
    })
  }
}

export class ShimRefused extends IcicleError {
  readonly code = 'SHIM_REFUSED'
  constructor(readonly file: string) {
    super(`There is another program at '${file}': it is not replaced.`, {hints: ['Name another folder, before that one on the PATH.']})
  }
}

/** A command of dfx that is gone, there and here. */
export class CommandObsolete extends IcicleError {
  readonly code = 'COMMAND_OBSOLETE'
  constructor(command: string, reason: string, hints: readonly string[]) {
    super(`The command '${command}' no longer exists: ${reason}`, {hints})
  }
}

export class ExtensionFailed extends IcicleError {
  readonly code = 'EXTENSION_FAILED'
  constructor(message: string, hints: readonly string[] = [], cause?: unknown) {
    super(message, {hints, cause})
  }
}
