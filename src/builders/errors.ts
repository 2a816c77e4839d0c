/** What can go wrong while building, and what to do about it. */

import {IcicleError} from '../base/errors.js'

export class CircularDependencies extends IcicleError {
  readonly code = 'CIRCULAR_DEPENDENCIES'
  constructor(readonly cycle: readonly string[]) {
    super(`Circular canister dependencies: ${cycle.join(' -> ')}`)
  }
}

export class MainFileMissing extends IcicleError {
  readonly code = 'MAIN_FILE_MISSING'
  constructor(canister: string, file: string) {
    super(`The main file '${file}' of canister '${canister}' does not exist.`, {hints: ['Correct "main" of the canister in dfx.json.']})
  }
}

/** The compiler found errors; `message` shows them with their source lines. */
export class CompilationFailed extends IcicleError {
  readonly code = 'COMPILATION_FAILED'
  constructor(canister: string, report: string) {
    super(`Failed to build canister '${canister}'.\n${report}`)
  }
}

/** The compiler itself gave up. */
export class CompilerCrashed extends IcicleError {
  readonly code = 'COMPILER_CRASHED'
  constructor(main: string, reason: string) {
    super(`The Motoko compiler gave up on '${main}': ${reason}`)
  }
}

/** A command of dfx.json (build step, packtool, hook, cargo, npm) could not be run or ended with an error. */
export class BuildCommandFailed extends IcicleError {
  readonly code = 'BUILD_COMMAND_FAILED'
}

/** A file that a build step should have made is not there. */
export class BuildOutputMissing extends IcicleError {
  readonly code = 'BUILD_OUTPUT_MISSING'
  constructor(canister: string, what: string, file: string) {
    super(`Canister '${canister}' was built, but its ${what} '${file}' is not there.`, {
      hints: [`Check "${what}" and "build" of the canister in dfx.json.`],
    })
  }
}

/** The module that serves assets is not where it should be. */
export class AssetModuleMissing extends IcicleError {
  readonly code = 'ASSET_MODULE_MISSING'
  constructor(canister: string, file: string) {
    super(`Canister '${canister}' cannot be built: there is no asset canister at '${file}'.`, {
      hints: ['Set the environment variable DFX_ASSETS_WASM to the module of an asset canister.'],
    })
  }
}

/** A compiler that the user has to install; `commands` are what to type. */
export class ToolchainMissing extends IcicleError {
  readonly code = 'TOOLCHAIN_MISSING'
  constructor(canister: string, what: string, commands: readonly string[]) {
    super(`Canister '${canister}' needs ${what}, which is not installed.`, {hints: commands.map((command) => `Type \`${command}\`.`)})
  }
}

/** A package that the project's own `package.json` should bring. */
export class PackageMissing extends IcicleError {
  readonly code = 'PACKAGE_MISSING'
  constructor(canister: string, name: string, cause?: unknown) {
    super(`Canister '${canister}' needs the package '${name}', which is not installed.`, {
      hints: [`Type \`npm install\` in the project; if ${name} is not in its package.json, \`npm install ${name} --ignore-scripts\`.`],
      ...(cause === undefined ? {} : {cause}),
    })
  }
}

/** The ready-made Wasm is not of the kind that this version of icicle fills. */
export class TemplateUnknown extends IcicleError {
  readonly code = 'TEMPLATE_UNKNOWN'
  constructor(missing: string) {
    super(`The Wasm of the package 'azle' has no function '${missing}': this version of azle is not known here.`, {
      hints: ['Use azle 0.33: `npm install azle@0.33 --ignore-scripts`.'],
    })
  }
}

export class ModeUnsupported extends IcicleError {
  readonly code = 'MODE_UNSUPPORTED'
}

export class CanisterTypeUnknown extends IcicleError {
  readonly code = 'CANISTER_TYPE_UNKNOWN'
  constructor(canister: string, type: string) {
    super(`canister '${canister}' has unknown type '${type}' and there is no installed extension by that name which could define it`)
  }
}

export class MetadataInvalid extends IcicleError {
  readonly code = 'METADATA_INVALID'
}
