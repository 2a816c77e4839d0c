import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.js'
import {OptionUnsupported} from '../operations/errors.js'
import {type StartReport, startLocalNetwork} from '../operations/start-local-network.js'
import {LOCAL} from '../project/networks.js'

/** Options of dfx for parts that the network does not have: refused, so that nobody believes they run. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'enable-bitcoin': 'the Bitcoin integration is not part of the network yet.',
  'bitcoin-node': 'the Bitcoin integration is not part of the network yet.',
  'enable-dogecoin': 'the Dogecoin integration is not part of the network yet.',
  'dogecoin-node': 'the Dogecoin integration is not part of the network yet.',
  domain: 'the gateway answers under localhost only.',
  replica: 'there is one kind of network, and it is a real replica: leave the option out.',
}

export default class Start extends BaseCommand {
  static override readonly summary = 'Start the local network'
  static override readonly description = 'Without --background it runs until Ctrl-C. Its state is kept until --clean.'
  static override readonly examples = ['<%= config.bin %> start --background', '<%= config.bin %> start --clean --host 127.0.0.1:0']
  static override readonly flags = {
    background: Flags.boolean({summary: 'Return once the network is healthy and leave it running'}),
    clean: Flags.boolean({summary: 'Delete the state first'}),
    host: Flags.string({summary: 'Address to listen on; port 0 takes any free one', helpValue: 'HOST:PORT'}),
    'artificial-delay': Flags.integer({summary: 'No effect: rounds run when there is work', helpValue: 'MS', hidden: true}),
    force: Flags.boolean({summary: 'No effect: a changed configuration never endangers the state', hidden: true}),
    pocketic: Flags.boolean({summary: 'No effect', hidden: true}),
    emulator: Flags.boolean({summary: 'No effect', hidden: true}),
    'enable-canister-http': Flags.boolean({summary: 'No effect: HTTPS outcalls are always on', hidden: true}),
    'system-canisters': Flags.boolean({
      summary: 'Begin a new network with the ICP ledger, the cycles ledger and the cycles minting canister',
    }),
    'enable-bitcoin': Flags.boolean({summary: 'Not supported yet', hidden: true}),
    'bitcoin-node': Flags.string({summary: 'Not supported yet', hidden: true, multiple: true}),
    'enable-dogecoin': Flags.boolean({summary: 'Not supported yet', hidden: true}),
    'dogecoin-node': Flags.string({summary: 'Not supported yet', hidden: true, multiple: true}),
    domain: Flags.string({summary: 'Not supported yet', hidden: true, multiple: true}),
    replica: Flags.boolean({summary: 'Not supported', hidden: true}),
  }

  async run(): Promise<StartReport> {
    const {flags} = await this.parse(Start)
    const wanted = Object.keys(UNSUPPORTED).find((name) => (flags as Record<string, unknown>)[name])
    if (wanted) throw new OptionUnsupported(`--${wanted}`, UNSUPPORTED[wanted]!)
    const context = this.context({...flags, network: LOCAL})
    const {reporter, signal} = context
    if (flags['enable-canister-http']) reporter.warn('The --enable-canister-http parameter is deprecated: HTTPS outcalls are always on.')
    const {background, clean, host, 'system-canisters': systemCanisters = false} = flags
    const start = {network: context.network(), project: context.findProject(), reporter, signal}
    return startLocalNetwork(start, {background, clean, host, systemCanisters})
  }
}
