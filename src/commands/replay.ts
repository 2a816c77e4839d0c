import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {type ReplayResult, replayNetwork} from '../operations/replay-network.js'
import {LOCAL} from '../project/networks.js'

export default class Replay extends BaseCommand {
  static override readonly summary = 'Execute the past of the local network again and compare every state with the certified one'
  static override readonly description =
    'Begins from the nearest kept checkpoint, or from genesis. Changes nothing; the network may be running. Fails at the first difference.'
  static override readonly examples = ['<%= config.bin %> replay --check', '<%= config.bin %> replay --from 120 --to 130 --trace']
  static override readonly flags = {
    from: Flags.integer({summary: 'First height; without it, the first one that is still possible', min: 1}),
    to: Flags.integer({summary: 'Last height; without it, the newest', min: 1}),
    check: Flags.boolean({summary: 'Only say whether everything is as it was', exclusive: ['trace']}),
    trace: Flags.boolean({summary: 'Show each message: caller, callee, cycles, instructions, outcome'}),
  }

  async run(): Promise<ReplayResult> {
    const {flags} = await this.parse(Replay)
    const {from, to, trace} = flags
    const context = this.context({...flags, network: LOCAL})
    const {reporter, signal} = context
    const result = await replayNetwork({network: context.network(), reporter, signal}, {from, to, trace})
    this.show(result, flags.check ? renderVerdict : renderReplay)
    return result
  }
}

function renderReplay(result: ReplayResult): string {
  const {baseHeight, checkpoints, instructions, trace} = result
  const messages = trace.flatMap(({height, events}) =>
    events.map(({kind, caller, callee, method, cycles, instructions: used, outcome}) => {
      const what = method === '' ? kind : `${kind} ${method}`
      return `${height}  ${what}  ${caller} -> ${callee}  ${cycles} cycles  ${used} instructions  ${outcome}`
    }),
  )
  const base = baseHeight === 0 ? 'genesis' : `the checkpoint of height ${baseHeight}`
  const lines = [
    ...messages,
    `Began from ${base}; ${instructions} instructions.`,
    ...(checkpoints.length > 0 ? [`Checkpoints compared: ${checkpoints.join(', ')}.`] : []),
    renderVerdict(result),
  ]
  return lines.join('\n')
}

function renderVerdict({fromHeight, toHeight, compared}: ReplayResult): string {
  if (toHeight < fromHeight) return 'There is nothing to replay.'
  return `Heights ${fromHeight} to ${toHeight} give the states that were certified (${compared} roots compared).`
}
