import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {allFlag, canisterArg} from '../cli/canister-flags.js'
import {networkFlags} from '../cli/flags.js'
import {type BuildReport, buildCanisters} from '../operations/build.js'
import {getCanister} from '../project/load.js'

export default class Build extends BaseCommand {
  static override readonly summary = 'Compile canisters'
  static override readonly description =
    'Without a name all canisters of the project are built. They must have been created, except with --check.'
  static override readonly examples = ['<%= config.bin %> build', '<%= config.bin %> build backend --check']
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...allFlag,
    check: Flags.boolean({summary: 'Only look for mistakes'}),
    'output-env-file': Flags.string({summary: 'Write the canister variables to this file', helpValue: 'FILE'}),
  }

  async run(): Promise<BuildReport> {
    const {args, flags} = await this.parse(Build)
    const context = this.context(flags)
    const project = context.project()
    const names = args.canister === undefined ? [...project.canisters.keys()] : [getCanister(project, args.canister).name]
    return buildCanisters(context, {names, isCheck: flags.check, outputEnvFile: flags['output-env-file']})
  }
}
