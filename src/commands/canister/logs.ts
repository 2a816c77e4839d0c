import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.js'
import {canisterArg, readAmount, walletFlags} from '../../cli/canister-flags.js'
import {networkFlags} from '../../cli/flags.js'
import {toJsonShape} from '../../cli/to-json-shape.js'
import {UsageError} from '../../cli/usage-error.js'
import {followLogs, readLogs, renderLogRecord} from '../../operations/canister-logs.js'
import {findInteger, findSeconds} from '../../project/units.js'

export default class CanisterLogs extends BaseCommand {
  static override readonly summary = 'Show what a canister printed'
  static override readonly examples = [
    '<%= config.bin %> canister logs backend',
    '<%= config.bin %> canister logs backend --follow --since 5m',
  ]
  static override readonly args = {canister: canisterArg(true)}
  static override readonly flags = {
    ...networkFlags,
    ...walletFlags,
    tail: Flags.integer({summary: 'The last lines only', helpValue: 'N', min: 0}),
    since: Flags.string({summary: 'Lines of the last time span only, e.g. 2m', helpValue: 'DURATION', exclusive: ['since-time']}),
    'since-time': Flags.string({
      summary: 'Lines since a moment: RFC 3339, or nanoseconds since 1970',
      helpValue: 'TIME',
      exclusive: ['since'],
    }),
    follow: Flags.boolean({summary: 'Go on until Ctrl-C'}),
    interval: Flags.integer({
      summary: 'Seconds between looks with --follow',
      default: 2,
      min: 1,
      helpValue: 'SECONDS',
    }),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CanisterLogs)
    const context = this.context(flags)
    const selection = {tail: flags.tail, sinceNs: sinceOf(flags)}
    if (!flags.follow) {
      const records = await readLogs(context, args.canister!, selection)
      this.show(records, (shown) => shown.map(renderLogRecord).join('\n'))
      return toJsonShape(records)
    }
    const show = (records: Parameters<typeof renderLogRecord>[0][] | readonly Parameters<typeof renderLogRecord>[0][]): void =>
      this.show(records, (shown) => shown.map(renderLogRecord).join('\n'))
    return followLogs(context, args.canister!, {...selection, intervalMs: flags.interval * 1000, show})
  }
}

const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MS = 1_000_000n

/** Throws UsageError. */
function sinceOf(flags: {readonly since?: string | undefined; readonly 'since-time'?: string | undefined}): bigint | undefined {
  if (flags.since !== undefined) return BigInt(Date.now()) * NS_PER_MS - readAmount(flags.since, '--since', findSeconds) * NS_PER_SECOND
  const moment = flags['since-time']
  if (moment === undefined) return undefined
  const ns = findInteger(moment)
  if (ns !== undefined) return ns
  const ms = Date.parse(moment)
  if (Number.isNaN(ms)) throw new UsageError(`invalid value '${moment}' for '--since-time <TIME>'`)
  return BigInt(ms) * NS_PER_MS
}
