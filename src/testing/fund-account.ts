/** ICP and cycles for an account of a test: from the anonymous principal, who owns a great deal of both on a local network. */

import {AnonymousIdentity} from '@dfinity/agent'
import {CYCLES_LEDGER_ID} from '../agent/cycles-ledger.js'
import {connect} from '../agent/ic-agent.js'
import {ICP_LEDGER_ID, transferTokens} from '../agent/icrc-ledger.js'
import type {Principal} from '../protocol/principal.js'

export interface Funds {
  /** In e8s: a hundred-millionth of an ICP. */
  readonly icp?: bigint
  readonly cycles?: bigint
}

/** Two gifts of the same amount must differ for the ledgers. */
let gifts = 0n

/** Throws LedgerRefused; ServiceMissing when the network was started without its ledgers. */
export async function fundAccount(
  network: {readonly url: string; readonly rootKey: Uint8Array},
  owner: Principal,
  {icp, cycles}: Funds,
): Promise<void> {
  const agent = await connect({host: network.url, identity: new AnonymousIdentity(), rootKey: network.rootKey})
  const give = async (ledger: typeof ICP_LEDGER_ID, amount: bigint): Promise<void> => {
    const createdAtNs = BigInt(Date.now()) * 1_000_000n + gifts++
    await transferTokens(agent, ledger, {to: {owner}, amount, createdAtNs})
  }
  if (icp !== undefined) await give(ICP_LEDGER_ID, icp)
  if (cycles !== undefined) await give(CYCLES_LEDGER_ID, cycles)
}
