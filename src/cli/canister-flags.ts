/** Arguments and flags that the commands on canisters share, and what is made of them. */

import {Args, Flags} from '@oclif/core'
import {fromHex} from '../base/bytes.js'
import {loadIdentity} from '../identity/load.js'
import {ARGUMENT_FORMATS, type GivenArgument, readArgumentFile} from '../operations/encode-argument.js'
import {OptionUnsupported} from '../operations/errors.js'
import type {WantedSettings} from '../operations/initial-settings.js'
import type {ModeName} from '../operations/install.js'
import {findBytes, findCycles, findInteger, findSeconds} from '../project/units.js'
import {findPrincipal, type Principal, parsePrincipal} from '../protocol/principal.js'
import type {CommandContext} from './context.js'
import {UsageError} from './usage-error.js'

/** Last byte of principals that are the hash of a public key. */
const SELF_AUTHENTICATING = '02'

export const canisterArg = (required = false) => Args.string({required, description: 'Name of a canister, or its id'})

export const allFlag = {all: Flags.boolean({summary: 'Every canister of the project'})}

/** dfx goes through a wallet canister unless told otherwise; icicle never does. */
export const walletFlags = {
  wallet: Flags.string({summary: 'Not supported: there are no wallets', helpValue: 'WALLET', hidden: true}),
  'no-wallet': Flags.boolean({summary: 'No effect: there are no wallets', hidden: true}),
}

/** A name or `--all`, not both. Throws UsageError in clap's words, OptionUnsupported for a wallet. */
export function selectionOf(
  name: string | undefined,
  flags: {readonly all?: boolean | undefined; readonly wallet?: string | undefined},
): {readonly name: string | undefined; readonly all: boolean} {
  refuseWallet(flags)
  if (name === undefined && !flags.all) throw new UsageError('the following required arguments were not provided:\n  <CANISTER_NAME|--all>')
  if (name !== undefined && flags.all) throw new UsageError("the argument '--all' cannot be used with '[CANISTER_NAME]'")
  return {name, all: flags.all ?? false}
}

/** The principal of an identity is what `identity get-wallet` answers with: naming it changes nothing. */
export function refuseWallet({wallet}: {readonly wallet?: string | undefined}): void {
  const principal = wallet === undefined ? undefined : findPrincipal(wallet)
  if (wallet !== undefined && !principal?.endsWith(SELF_AUTHENTICATING))
    throw new OptionUnsupported('--wallet', 'calls go out in the name of the identity itself.', ['Leave the option out.'])
}

/** Options that need somebody else to act: a wallet canister, or a network that lets anybody be anyone. */
export function refuseUnsupported(flags: {readonly 'with-cycles'?: string | undefined; readonly impersonate?: string | undefined}): void {
  if (flags['with-cycles'] !== undefined)
    throw new OptionUnsupported('--with-cycles', 'only canisters can send cycles with a call, and there are no wallets.', [
      'Give the canister cycles instead: `cycles top-up`, `canister deposit-cycles`.',
    ])
  if (flags.impersonate !== undefined)
    throw new OptionUnsupported('--impersonate', 'the local network checks signatures as the Internet Computer does.', [
      'Use an identity that may do it: --identity NAME.',
    ])
}

/** How `call` and `sign` get their argument, besides the word on the line. */
export const callArgumentFlags = {
  type: Flags.string({summary: 'Format of the argument', options: [...ARGUMENT_FORMATS], default: 'idl', helpValue: 'TYPE'}),
  'argument-file': Flags.string({summary: 'File that holds the argument, - for standard input', helpValue: 'FILE'}),
  random: Flags.string({
    summary: 'Make the argument up; \'\' or { value = Some ["…"] }',
    helpValue: 'CONFIG',
    exclusive: ['argument-file'],
  }),
  candid: Flags.string({summary: 'The interface of the canister', helpValue: 'FILE'}),
  'always-assist': Flags.boolean({summary: 'Ask for arguments that may be left out, too'}),
}

export interface CallArgumentFlags {
  readonly type: string
  readonly 'argument-file'?: string | undefined
  readonly random?: string | undefined
  readonly candid?: string | undefined
  readonly 'always-assist'?: boolean | undefined
}

/** Throws UsageError when there is more than one source. */
export function callArgumentOf(typed: string | undefined, flags: CallArgumentFlags) {
  for (const other of ['--argument-file <FILE>', '--random <CONFIG>'] as const)
    if (typed !== undefined && flags[other.slice(2).split(' ')[0] as 'random'] !== undefined)
      throw new UsageError(`the argument '[ARGUMENT]' cannot be used with '${other}'`)
  const text = flags['argument-file'] === undefined ? typed : readArgumentFile(flags['argument-file'])
  return {
    argument: text === undefined ? undefined : {text, format: flags.type as GivenArgument['format']},
    random: flags.random,
    alwaysAssist: flags['always-assist'],
    candidFile: flags.candid,
  }
}

export const argumentFlags = {
  argument: Flags.string({summary: 'Init argument, as Candid text', helpValue: 'ARGUMENT', exclusive: ['argument-file']}),
  'argument-type': Flags.string({summary: 'Format of the argument', options: [...ARGUMENT_FORMATS], default: 'idl', helpValue: 'TYPE'}),
  'argument-file': Flags.string({
    summary: 'File that holds the argument, - for standard input',
    helpValue: 'FILE',
    exclusive: ['argument'],
  }),
  'always-assist': Flags.boolean({summary: 'Ask for arguments that may be left out, too'}),
}

export interface ArgumentFlags {
  readonly argument?: string | undefined
  readonly 'argument-file'?: string | undefined
  readonly 'argument-type': string
  readonly 'always-assist'?: boolean | undefined
}

export function argumentOf(flags: ArgumentFlags): GivenArgument | undefined {
  const text = flags['argument-file'] === undefined ? flags.argument : readArgumentFile(flags['argument-file'])
  return text === undefined ? undefined : {text, format: flags['argument-type'] as GivenArgument['format']}
}

export const installFlags = {
  ...argumentFlags,
  mode: Flags.string({
    char: 'm',
    summary: 'What to do with code that is there',
    options: ['install', 'reinstall', 'upgrade', 'auto'],
    helpValue: 'MODE',
  }),
  'skip-pre-upgrade': Flags.boolean({summary: 'Do not run pre_upgrade of the old code'}),
  'wasm-memory-persistence': Flags.string({
    summary: 'What happens to the memory at an upgrade',
    options: ['keep', 'replace'],
    helpValue: 'CHOICE',
  }),
  'upgrade-unchanged': Flags.boolean({summary: 'Upgrade even if the module is the same'}),
  'no-asset-upgrade': Flags.boolean({summary: 'Leave the code of asset canisters alone', hidden: true}),
  yes: Flags.boolean({char: 'y', summary: 'Answer every question with yes'}),
}

export interface InstallFlags extends ArgumentFlags {
  readonly mode?: string | undefined
  readonly 'skip-pre-upgrade'?: boolean | undefined
  readonly 'wasm-memory-persistence'?: string | undefined
  readonly 'upgrade-unchanged'?: boolean | undefined
  readonly yes?: boolean | undefined
}

export function installOptionsOf(flags: InstallFlags, defaultMode: ModeName) {
  return {
    mode: (flags.mode ?? defaultMode) as ModeName,
    argument: argumentOf(flags),
    alwaysAssist: flags['always-assist'],
    skipPreUpgrade: flags['skip-pre-upgrade'],
    wasmMemoryPersistence: flags['wasm-memory-persistence'] as 'keep' | 'replace' | undefined,
    upgradeUnchanged: flags['upgrade-unchanged'],
    isAssumed: flags.yes,
  }
}

export const settingsFlags = {
  'compute-allocation': Flags.string({char: 'c', summary: 'Percent of a core, 0 to 100', helpValue: 'PERCENT'}),
  'memory-allocation': Flags.string({summary: 'Reserved memory, e.g. "2 GiB"', helpValue: 'BYTES'}),
  'freezing-threshold': Flags.string({summary: 'Seconds of idling that the balance must last for', helpValue: 'SECONDS'}),
  'reserved-cycles-limit': Flags.string({summary: 'Most cycles that may be reserved for storage', helpValue: 'CYCLES'}),
  'wasm-memory-limit': Flags.string({summary: 'Soft limit of the heap', helpValue: 'BYTES'}),
  'wasm-memory-threshold': Flags.string({summary: 'Free heap below which on_low_wasm_memory runs', helpValue: 'BYTES'}),
  'log-visibility': Flags.string({summary: 'Who may read the log', options: ['controllers', 'public'], helpValue: 'WHO'}),
}

export type SettingsFlags = {readonly [K in keyof typeof settingsFlags]?: string | undefined}

const GIB = 1_073_741_824n
const MAX_MEMORY_BYTES = 12n * GIB

/** Throws UsageError for an amount that cannot be read or is out of range. */
export function settingsOf(flags: SettingsFlags): WantedSettings {
  return {
    computeAllocation: amountOf(flags, 'compute-allocation', findInteger, 100n),
    memoryAllocation: amountOf(flags, 'memory-allocation', findBytes, MAX_MEMORY_BYTES),
    freezingThreshold: amountOf(flags, 'freezing-threshold', findSeconds),
    reservedCyclesLimit: amountOf(flags, 'reserved-cycles-limit', findCycles),
    wasmMemoryLimit: amountOf(flags, 'wasm-memory-limit', findBytes),
    wasmMemoryThreshold: amountOf(flags, 'wasm-memory-threshold', findBytes),
    logVisibility: flags['log-visibility'] as WantedSettings['logVisibility'],
  }
}

function amountOf(
  flags: SettingsFlags,
  name: keyof SettingsFlags,
  read: (text: string) => bigint | undefined,
  maximum?: bigint,
): bigint | undefined {
  const text = flags[name]
  return text === undefined ? undefined : readAmount(text, `--${name}`, read, maximum)
}

/** Throws UsageError. */
export function readAmount(text: string, option: string, read: (text: string) => bigint | undefined, maximum?: bigint): bigint {
  const amount = read(text)
  if (amount === undefined) throw new UsageError(`invalid value '${text}' for '${option}'`)
  if (maximum !== undefined && amount > maximum) throw new UsageError(`invalid value '${text}' for '${option}': must be at most ${maximum}`)
  return amount
}

/** Principals, or names of identities. Throws IdentityNotFound. */
export function principalsOf(context: CommandContext, texts: readonly string[] = []): Principal[] {
  return texts.map(
    (text) => findPrincipal(text) ?? loadIdentity({places: context.places, name: text, tell: context.reporter.info}).principal,
  )
}

/** A principal of an option. Throws PrincipalError. */
export const principalOf = (text: string | undefined): Principal | undefined => (text === undefined ? undefined : parsePrincipal(text))

/** 32 bytes as 64 hexadecimal digits. Throws UsageError. */
export function subaccountOf(text: string | undefined, option = '--from-subaccount <SUBACCOUNT>'): Uint8Array | undefined {
  if (text === undefined) return undefined
  const digits = text.replace(/^0x/i, '')
  if (!/^[\da-f]{64}$/i.test(digits)) throw new UsageError(`invalid value '${text}' for '${option}': a subaccount is 64 hexadecimal digits`)
  return fromHex(digits)
}
