import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {canisterArg, installFlags, installOptionsOf, principalOf, readAmount, refuseWallet, walletFlags} from '../cli/canister-flags.js'
import {creationFlags, creationOf} from '../cli/creation-flags.js'
import {networkFlags} from '../cli/flags.js'
import {toJsonShape} from '../cli/to-json-shape.js'
import {deploy, planProjectDeploy} from '../operations/deploy.js'
import {renderPlan} from '../operations/plan-deploy.js'
import {prepareAssets} from '../operations/prepare-assets.js'
import {findCycles} from '../project/units.js'

export default class Deploy extends BaseCommand {
  static override readonly summary = 'Create, build and install canisters'
  static override readonly description = 'Without a name all canisters of the project are deployed. What has not changed is left alone.'
  static override readonly examples = [
    '<%= config.bin %> deploy',
    '<%= config.bin %> deploy backend --argument \'(record { owner = principal "…" })\'',
  ]
  static override readonly args = {canister: canisterArg()}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    ...installFlags,
    ...creationFlags,
    'dry-run': Flags.boolean({summary: 'Only show what would be done'}),
    'with-cycles': Flags.string({summary: 'Cycles of a new canister, e.g. 3.5T', helpValue: 'CYCLES'}),
    'specified-id': Flags.string({summary: 'The id that the new canister is to have', helpValue: 'PRINCIPAL'}),
    'by-proposal': Flags.boolean({
      summary: 'Upload the assets of a frontend and leave their commit to a proposal',
      exclusive: ['compute-evidence'],
    }),
    'compute-evidence': Flags.boolean({summary: 'Print what the evidence of such a proposal would be', exclusive: ['by-proposal']}),
    'output-env-file': Flags.string({summary: 'Write the canister variables to this file', helpValue: 'FILE'}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Deploy)
    refuseWallet(flags)
    const context = this.context(flags)
    const options = {...installOptionsOf(flags, 'auto'), target: args.canister}
    if (flags['by-proposal'] || flags['compute-evidence']) {
      const prepared = await prepareAssets(context, {target: args.canister, mode: flags['by-proposal'] ? 'propose' : 'evidence'})
      if (flags['compute-evidence']) this.show(prepared, ({evidence}) => evidence)
      return toJsonShape(prepared)
    }
    if (flags['dry-run']) {
      const {plan} = await planProjectDeploy(context, options)
      this.show(plan, renderPlan)
      return toJsonShape(plan)
    }
    const cycles = flags['with-cycles']
    return toJsonShape(
      await deploy(context, {
        ...options,
        ...creationOf(flags),
        withCycles: cycles === undefined ? undefined : readAmount(cycles, '--with-cycles', findCycles),
        specifiedId: principalOf(flags['specified-id']),
        outputEnvFile: flags['output-env-file'],
      }),
    )
  }
}
