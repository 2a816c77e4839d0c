/** Looks before an upgrade leaps: does the new code still serve its callers, and does it take over the stable data? */

import {findMetadataText} from '../agent/canister-state.js'
import type {IcAgent} from '../agent/ic-agent.js'
import {IcicleError} from '../base/errors.js'
import {MotokoCompiler} from '../builders/motoko/compiler.js'
import {parseDid} from '../candid/did.js'
import {explainIncompatible} from '../candid/subtype.js'
import type {CanisterId} from '../protocol/principal.js'
import {ConsentDeclined, UpgradeUnsafe} from './canister-errors.js'
import type {NetworkContext} from './context.js'

export interface UpgradeSubject {
  readonly name: string
  readonly id: CanisterId
  /** The new interface and stable signature, when the builder knows them. */
  readonly candid: string | undefined
  readonly stableTypes: string | undefined
}

/** Asks the user when callers may break. Throws ConsentDeclined. */
export async function checkInterface(context: NetworkContext, agent: IcAgent, {name, id, candid}: UpgradeSubject): Promise<void> {
  const before = candid === undefined ? undefined : await findMetadataText(agent, id, 'candid:service')
  if (candid === undefined || before === undefined || before === candid) return
  const reasons = findIncompatibility(candid, before)
  if (!reasons) return
  const warning = `Candid interface compatibility check failed for canister '${name}'.
You are making a BREAKING change. Other canisters or frontend clients relying on your canister may stop working.

${reasons.join('\n')}
`
  if (!(await context.confirm(warning))) throw new ConsentDeclined('install canister')
}

/** An interface that cannot be read is a reason of its own. */
function findIncompatibility(after: string, before: string): readonly string[] | undefined {
  try {
    return explainIncompatible(parseDid(after), parseDid(before))
  } catch (error) {
    if (error instanceof IcicleError) return [`The interfaces cannot be compared: ${error.message}`]
    throw error
  }
}

/**
 * Compares the stable signature of the installed Motoko code with the new one. A warning asks the user (`isAssumed`: yes), an error ends
 * the upgrade. Throws UpgradeUnsafe, ConsentDeclined.
 */
export async function checkStableTypes(
  context: NetworkContext,
  agent: IcAgent,
  {name, id, stableTypes}: UpgradeSubject,
  isAssumed: boolean,
): Promise<void> {
  if (stableTypes === undefined) return
  const before = await findMetadataText(agent, id, 'motoko:stable-types')
  if (before === undefined || before === stableTypes) return
  const findings = await compareStableTypes(before, stableTypes)
  const errors = findings.filter(({severity}) => severity === 1)
  if (errors.length > 0)
    throw new UpgradeUnsafe(`Stable interface compatibility check issued an ERROR for canister '${name}'.
Upgrade will either FAIL or LOSE some stable variable data.

${errors.map(({message}) => message).join('\n')}`)
  if (findings.length === 0 || isAssumed) return
  const warning = `Stable interface compatibility check issued a WARNING for canister '${name}'.

${findings.map(({message}) => message).join('\n')}
`
  if (!(await context.confirm(warning))) throw new ConsentDeclined('install canister')
}

async function compareStableTypes(
  before: string,
  after: string,
): Promise<readonly {readonly severity: number; readonly message: string}[]> {
  const compiler = new MotokoCompiler()
  try {
    return (await compiler.run({kind: 'compare', before, after})).diagnostics
  } finally {
    await compiler.close()
  }
}
