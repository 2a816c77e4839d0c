/** What can be wrong with a project's files. */
import {IcicleError} from '../base/errors.js'

export class ProjectNotFound extends IcicleError {
  readonly code = 'PROJECT_NOT_FOUND'
  constructor(
    readonly folder: string,
    program: string,
  ) {
    super('Cannot find dfx configuration file in the current working directory. Did you forget to create one?', {
      hints: [`Type '${program} new NAME' to create a project, or change to a folder that has a dfx.json.`],
    })
  }
}

export class JsonSyntaxError extends IcicleError {
  readonly code = 'JSON_SYNTAX'
  constructor(
    readonly file: string,
    readonly problem: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`'${file}' is not valid JSON: ${problem} at line ${line} column ${column}.`)
  }
}

/** One wrong value: where it stands and what is expected there. */
export interface Mistake {
  /** E.g. `canisters.backend.type`; empty for the whole file. */
  readonly path: string
  readonly problem: string
}

export class ConfigInvalid extends IcicleError {
  readonly code = 'CONFIG_INVALID'
  constructor(
    readonly file: string,
    readonly mistakes: readonly Mistake[],
  ) {
    const lines = mistakes.map(({path, problem}) => `  ${path === '' ? 'file' : path}: ${problem}`)
    super(`'${file}' has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${lines.join('\n')}`)
  }
}

export class CanisterNotInProject extends IcicleError {
  readonly code = 'CANISTER_NOT_IN_PROJECT'
  constructor(
    readonly canister: string,
    readonly known: readonly string[],
  ) {
    super(`Canister '${canister}' is not in dfx.json.`, {
      hints: [known.length > 0 ? `Known canisters: ${known.join(', ')}.` : 'dfx.json has no canisters yet.', 'Add it under "canisters".'],
    })
  }
}

export class NetworkNotFound extends IcicleError {
  readonly code = 'NETWORK_NOT_FOUND'
  constructor(
    readonly network: string,
    readonly known: readonly string[],
  ) {
    super(`Network not found: ${network}`, {
      hints: [`Known networks: ${known.join(', ')}.`, 'Define it under "networks" of dfx.json or in networks.json, or give a URL.'],
    })
  }
}

export class NetworkWithoutProviders extends IcicleError {
  readonly code = 'NETWORK_WITHOUT_PROVIDERS'
  constructor(readonly network: string) {
    super(`Did not find any providers for network '${network}'`, {hints: ['Give it a list "providers" of URLs.']})
  }
}

export class EnvFileInvalid extends IcicleError {
  readonly code = 'ENV_FILE_INVALID'
}
