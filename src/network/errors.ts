/** What can go wrong with the local network and the way to it. */
import {IcicleError} from '../base/errors.js'
import {programName} from '../io/program.js'

export class NetworkAlreadyRunning extends IcicleError {
  readonly code = 'NETWORK_ALREADY_RUNNING'
  constructor(
    readonly pid: number,
    readonly url: string,
    readonly runningVersion: string,
    ownVersion: string,
  ) {
    const program = programName()
    super(`${program} is already running.`, {
      hints: [
        `It answers at ${url} (process ${pid}); '${program} stop' ends it.`,
        ...(runningVersion === ownVersion ? [] : [staleVersionHint(runningVersion, ownVersion)]),
      ],
    })
  }
}

/** What to do when the network was started by another release than the one that talks to it. */
export function staleVersionHint(runningVersion: string, ownVersion: string): string {
  const program = programName()
  return `The local network is served by icicle ${runningVersion}, this is ${ownVersion}: '${program} stop' and '${program} start' bring it up to date and keep its state.`
}

export class NetworkNotRunning extends IcicleError {
  readonly code = 'NETWORK_NOT_RUNNING'
  constructor(
    readonly network: string,
    readonly url: string,
    cause?: unknown,
  ) {
    const program = programName()
    super(`The local network '${network}' is not running: nothing answers at ${url}.`, {
      cause,
      hints: [`Type '${program} start --background' first.`],
    })
  }
}

export class NetworkUnreachable extends IcicleError {
  readonly code = 'NETWORK_UNREACHABLE'
  constructor(
    readonly url: string,
    cause: unknown,
  ) {
    super(`Cannot reach ${url}.`, {cause})
  }
}

export class StatusInvalid extends IcicleError {
  readonly code = 'STATUS_INVALID'
  constructor(
    readonly url: string,
    problem: string,
    cause?: unknown,
  ) {
    super(`What answers at ${url} is not an Internet Computer replica: ${problem}`, {cause})
  }
}

export class NetworkUnhealthy extends IcicleError {
  readonly code = 'NETWORK_UNHEALTHY'
  constructor(
    readonly url: string,
    readonly health: string,
    readonly waitedMs: number,
  ) {
    super(`The replica at ${url} is not healthy after ${waitedMs / 1000} s, but '${health}'.`)
  }
}

export class PortInUse extends IcicleError {
  readonly code = 'PORT_IN_USE'
  constructor(
    readonly address: string,
    readonly holder: {readonly pid: number; readonly command: string} | undefined,
  ) {
    super(holder ? `${address} is in use by process ${holder.pid}: ${holder.command}` : `${address} is in use by another program.`, {
      hints: [`End that program, or listen elsewhere: '${programName()} start --host 127.0.0.1:0' takes any free port.`],
    })
  }
}

/** What the server process itself says about its failure. */
export class ServerFailed extends IcicleError {
  constructor(
    readonly code: string,
    message: string,
    hints: readonly string[],
  ) {
    super(message, {hints})
  }
}

export class ServerEnded extends IcicleError {
  readonly code = 'SERVER_ENDED'
  constructor(
    readonly how: string,
    readonly lastLines: string,
    logFile: string | undefined,
  ) {
    super(`The network's process ended before it was ready (${how}).${lastLines === '' ? '' : `\n${lastLines}`}`, {
      hints: logFile === undefined ? [] : [`Its log: ${logFile}`],
    })
  }
}

export class ServerSilent extends IcicleError {
  readonly code = 'SERVER_SILENT'
  constructor(timeoutMs: number, logFile: string | undefined) {
    super(`The network's process did not become ready within ${timeoutMs / 1000} s.`, {
      hints: logFile === undefined ? [] : [`Its log: ${logFile}`],
    })
  }
}

/** In the foreground, after it had been ready. What it wrote stands above. */
export class NetworkDied extends IcicleError {
  readonly code = 'NETWORK_DIED'
  constructor(readonly exitCode: number) {
    super(`The network's process ended by itself with exit code ${exitCode}.`, {
      hints: [`'${programName()} start' brings it back: nothing that it answered is lost.`],
    })
  }
}

export class SnapshotNameInvalid extends IcicleError {
  readonly code = 'SNAPSHOT_NAME_INVALID'
  constructor(readonly snapshot: string) {
    super(`'${snapshot}' cannot name a snapshot.`, {hints: ["Use letters, digits, '.', '_' and '-', and begin with a letter or a digit."]})
  }
}

export class SnapshotExists extends IcicleError {
  readonly code = 'SNAPSHOT_EXISTS'
  constructor(readonly snapshot: string) {
    super(`There is a snapshot '${snapshot}' already.`, {
      hints: [`Choose another name, or delete it first: '${programName()} network snapshot delete ${snapshot}'.`],
    })
  }
}

export class SnapshotNotFound extends IcicleError {
  readonly code = 'SNAPSHOT_NOT_FOUND'
  constructor(
    readonly snapshot: string,
    readonly known: readonly string[],
  ) {
    super(`There is no snapshot '${snapshot}'.`, {
      hints: [known.length === 0 ? 'There are no snapshots yet.' : `Known: ${known.join(', ')}.`],
    })
  }
}

export class StateMissing extends IcicleError {
  readonly code = 'STATE_MISSING'
  constructor(readonly network: string) {
    super(`The local network '${network}' has no state yet.`, {hints: [`Type '${programName()} start --background' first.`]})
  }
}
