import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {readAmount} from '../cli/canister-flags.js'
import {type CostQuestion, DEFAULT_NODES, estimateCost, renderCost} from '../operations/cost.js'
import {findBytes, findInteger} from '../project/units.js'

const KINDS = ['call', 'install', 'storage', 'create'] as const

export default class Cost extends BaseCommand {
  static override readonly summary = 'Show what a call, an install, a month of storage or a new canister costs'
  static override readonly examples = [
    '<%= config.bin %> cost call --instructions 2_000_000',
    '<%= config.bin %> cost storage --size 1GiB',
    '<%= config.bin %> cost install --size 800KB --nodes 34',
  ]
  static override readonly args = {what: Args.string({required: true, options: [...KINDS], description: 'What to price'})}
  static override readonly flags = {
    instructions: Flags.string({summary: 'Instructions that it executes', helpValue: 'NUMBER', default: '1_000_000'}),
    size: Flags.string({summary: 'Bytes of the argument, the module or the storage, e.g. 2MiB', helpValue: 'BYTES', default: '0'}),
    nodes: Flags.integer({summary: 'Nodes of the subnet', helpValue: 'NUMBER', default: DEFAULT_NODES, min: 1, max: 1000}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Cost)
    const size = readAmount(flags.size, '--size <BYTES>', findBytes)
    const instructions = readAmount(flags.instructions, '--instructions <NUMBER>', findInteger)
    const report = estimateCost(questionOf(args.what as (typeof KINDS)[number], size, instructions), flags.nodes)
    this.show(report, renderCost)
    return report
  }
}

function questionOf(kind: (typeof KINDS)[number], size: bigint, instructions: bigint): CostQuestion {
  switch (kind) {
    case 'call':
      return {kind, argumentBytes: size, instructions}
    case 'install':
      return {kind, moduleBytes: size, instructions}
    case 'storage':
      return {kind, bytes: size}
    case 'create':
      return {kind}
  }
}
