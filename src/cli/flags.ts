/** Flags that many commands share. */
import {Flags} from '@oclif/core'

/** Accepted by every command, anywhere in the line. */
export const globalFlags = {
  verbose: Flags.boolean({char: 'v', summary: 'Say more; -vv says all', helpGroup: 'GLOBAL'}),
  quiet: Flags.boolean({char: 'q', summary: 'Say less: -q warnings, -qq errors, -qqqq nothing', helpGroup: 'GLOBAL'}),
  log: Flags.string({summary: 'Where messages go', options: ['stderr', 'tee', 'file'], default: 'stderr', helpGroup: 'GLOBAL'}),
  logfile: Flags.string({summary: 'The file for --log tee and --log file', default: 'log.txt', helpValue: 'FILE', helpGroup: 'GLOBAL'}),
  identity: Flags.string({summary: 'The identity to act as', env: 'DFX_IDENTITY', helpValue: 'NAME', helpGroup: 'GLOBAL'}),
  'provisional-create-canister-effective-canister-id': Flags.string({
    summary: 'The effective canister id of provisional_create_canister_with_cycles',
    helpValue: 'PRINCIPAL',
    helpGroup: 'GLOBAL',
  }),
}

/** For commands that act on a network. Without a flag DFX_NETWORK counts, then `local`. */
export const networkFlags = {
  network: Flags.string({summary: 'The network: a name or a URL', helpValue: 'NETWORK', exclusive: ['ic', 'playground']}),
  ic: Flags.boolean({summary: 'Short for --network ic', exclusive: ['network', 'playground']}),
  playground: Flags.boolean({summary: 'Short for --network playground', exclusive: ['network', 'ic']}),
}

/** Those of the flags above that take a value: needed to move them behind the command when they stand before it. */
export const LEADING_VALUE_FLAGS = [
  '--log',
  '--logfile',
  '--identity',
  '--provisional-create-canister-effective-canister-id',
  '--network',
  '--wallet',
]

export interface ContextFlags {
  readonly identity?: string | undefined
  readonly network?: string | undefined
  readonly ic?: boolean | undefined
  readonly playground?: boolean | undefined
  readonly 'provisional-create-canister-effective-canister-id'?: string | undefined
}
