/** `wallet …`: for scripts that pay through a wallet. On a local network the identity's wallet is made when it is first needed. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {brotliDecompressSync} from 'node:zlib'
import type {IcAgent} from '../agent/ic-agent.js'
import {installCode, provisionalCreateCanister} from '../agent/management.js'
import {
  changeWalletPeople,
  listWalletPeople,
  readWalletBalance,
  readWalletName,
  sendFromWallet,
  setWalletName,
  type WalletChange,
  type WalletRole,
} from '../agent/wallet.js'
import {encodeArgs} from '../candid/encode.js'
import {groupDigits} from '../candid/print-type.js'
import {findWallet, setWallet} from '../identity/wallets.js'
import {packageRoot} from '../io/program.js'
import {type CanisterId, type Principal, principalToText} from '../protocol/principal.js'
import {ConsentDeclined, WalletMissing} from './canister-errors.js'
import {connectAgent} from './connect.js'
import type {NetworkContext} from './context.js'
import {findCreationPlace} from './creation-place.js'

const WASM = join('templates', 'system-canisters', 'wallet.wasm.br')

export interface WalletContext extends NetworkContext {
  identityName(): string
}

interface Wallet {
  readonly agent: IcAgent
  readonly id: CanisterId
}

/** Throws WalletMissing on a real network without one. */
async function openWallet(context: WalletContext): Promise<Wallet> {
  const network = context.network()
  const agent = await connectAgent(context)
  const known = findWallet(context.places, context.identityName(), network)
  if (known !== undefined) return {agent, id: known}
  if (network.kind !== 'local') throw new WalletMissing(context.identityName(), network.name)
  const id = await provisionalCreateCanister(agent, {
    amount: undefined,
    settings: {controllers: [agent.sender]},
    specifiedId: undefined,
    effectiveCanisterId: context.effectiveCanisterId ?? (await findCreationPlace(context.networkUrl())),
  })
  const wasm = new Uint8Array(brotliDecompressSync(readFileSync(join(packageRoot(), WASM))))
  await installCode(agent, {canisterId: id, mode: {kind: 'install'}, wasm, arg: encodeArgs([], [])})
  setWallet(context.places, context.identityName(), network, id)
  const [where, who] = [network.name, context.identityName()]
  context.reporter.info(`Created a wallet canister on the "${where}" network for user "${who}" with ID "${principalToText(id)}"`)
  return {agent, id}
}

/** `wallet balance`. */
export async function readBalanceOfWallet(context: WalletContext): Promise<bigint> {
  const {agent, id} = await openWallet(context)
  return readWalletBalance(agent, id)
}

export interface WalletPayment {
  readonly to: CanisterId
  readonly cycles: bigint
  readonly isAssumed: boolean
}

/** `wallet send`. Throws ConsentDeclined, LedgerRefused. */
export async function sendCyclesOfWallet(context: WalletContext, {to, cycles, isAssumed}: WalletPayment): Promise<void> {
  const {agent, id} = await openWallet(context)
  const price = `${groupDigits(String(cycles))} cycles of the wallet`
  context.reporter.info(`Cost: ${price}.`)
  if (context.network().isMainnet && !isAssumed && !(await context.confirm(`This sends ${price} on the main network.`)))
    throw new ConsentDeclined('pay')
  await sendFromWallet(agent, id, {to, cycles})
}

/** `wallet controllers`, `wallet custodians`. */
export async function listPeopleOfWallet(context: WalletContext, role: WalletRole): Promise<readonly Principal[]> {
  const {agent, id} = await openWallet(context)
  return listWalletPeople(agent, id, role)
}

/** `wallet add-controller`, `remove-controller`, `authorize`, `deauthorize`. */
export async function changePeopleOfWallet(context: WalletContext, change: WalletChange, principal: Principal): Promise<void> {
  const {agent, id} = await openWallet(context)
  await changeWalletPeople(agent, id, {change, principal})
}

/** `wallet name`. */
export async function readNameOfWallet(context: WalletContext): Promise<string | undefined> {
  const {agent, id} = await openWallet(context)
  return readWalletName(agent, id)
}

/** `wallet set-name`. */
export async function setNameOfWallet(context: WalletContext, name: string): Promise<void> {
  const {agent, id} = await openWallet(context)
  await setWalletName(agent, id, name)
}
