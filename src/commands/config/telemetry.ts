import {Args} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {readTelemetry, setTelemetry, TELEMETRY_STATES} from '../../operations/telemetry.js'

export default class ConfigTelemetry extends BaseCommand {
  static override readonly summary = 'Show or set what dfx may send; icicle sends nothing'
  static override readonly examples = ['<%= config.bin %> config telemetry off']
  static override readonly args = {state: Args.string({options: [...TELEMETRY_STATES], description: 'What dfx is to do'})}

  async run(): Promise<{readonly telemetry: string}> {
    const {args, flags} = await this.parse(ConfigTelemetry)
    const {places, reporter} = this.context(flags)
    if (args.state !== undefined) {
      setTelemetry(places, args.state)
      if (args.state !== 'off') reporter.info('Noted for dfx. icicle itself neither collects nor sends anything.')
      return {telemetry: args.state}
    }
    const report = {telemetry: readTelemetry(places)}
    this.show(report, ({telemetry}) => telemetry)
    return report
  }
}
