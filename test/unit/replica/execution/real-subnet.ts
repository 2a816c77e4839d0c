/** A subnet whose canisters are real: the universal canister on the real runtime, called through batches. */

import {encodeArgs} from '../../../../src/candid/encode.js'
import {findManagementMethod, managementInterface} from '../../../../src/candid/management.js'
import {MANAGEMENT_CANISTER_ID} from '../../../../src/protocol/principal.js'
import type {ExecutionEnvironment, QueryCall} from '../../../../src/replica/canister/environment.js'
import {executeMessage} from '../../../../src/replica/canister/execute-message.js'
import {executeResponse} from '../../../../src/replica/canister/execute-response.js'
import {executeTask} from '../../../../src/replica/canister/execute-task.js'
import {resumeMessage} from '../../../../src/replica/canister/resume-execution.js'
import {uninstallCode} from '../../../../src/replica/canister/uninstall-code.js'
import type {ExecutionRooms} from '../../../../src/replica/execution/execution-rooms.js'
import {filterIngress, type IngressRejection} from '../../../../src/replica/execution/ingress-filter.js'
import {examineManagementIngress} from '../../../../src/replica/execution/management-ingress.js'
import {evaluateQuery, type QueryContext, type QueryEvaluation} from '../../../../src/replica/execution/queries.js'
import {executeManagementCall, resumeManagementCall} from '../../../../src/replica/management/execute-management-call.js'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import type {Ingress} from '../../../../src/replica/state/messages.js'
import {type Piece, program} from '../../../spec/universal/program.js'
import {anEnvironment} from '../../../spec/universal/universal-subnet.js'
import {anIngress, aSubnet, idOf, SUBNET_ID, USER} from '../makers.js'
import {aRunningSubnet, type Subnet} from './subnet.js'

const realRooms: ExecutionRooms = {
  executeMessage,
  executeResponse,
  executeTask,
  resumeMessage,
  uninstallCode,
  examineManagementIngress,
  executeManagementCall: (where, call) => executeManagementCall({...where, chainKeySeed: new Uint8Array(32)}, call),
  resumeManagementCall: (where, canister) => resumeManagementCall({...where, chainKeySeed: new Uint8Array(32)}, canister),
}

export interface RealSubnet extends Subnet {
  query(number: number, method: string, pieces: readonly Piece[], context?: Partial<QueryContext>): QueryEvaluation
  filter(message: Ingress): IngressRejection | undefined
}

/** `runtime` other than the shared one, e.g. one that forgets. */
export function aRealSubnet(
  canisters: readonly CanisterState[],
  runtime: ExecutionEnvironment['runtime'] = anEnvironment().runtime,
  slices?: ExecutionEnvironment['slices'],
): RealSubnet {
  const subnet = aRunningSubnet({canisters, rooms: realRooms, runtime, ...(slices && {slices})})
  const registry = {version: 1, rootSubnetId: SUBNET_ID, subnets: new Map([[SUBNET_ID, aSubnet()]])}
  const env = () => anEnvironment({runtime, timeNs: subnet.state.timeNs, height: subnet.state.height})
  return {
    ...subnet,
    query(number, method, pieces, context = {}) {
      const call: QueryCall = {caller: USER, method, payload: program(...pieces)}
      return evaluateQuery({state: subnet.state, registry, env: env(), ...context}, idOf(number), call)
    },
    filter: (message) => filterIngress(subnet.state, message, {env: env(), registry}),
  }
}

/** An ingress message that runs a program. */
export function running(pieces: readonly Piece[], fields: Partial<Ingress> = {}): Ingress {
  return anIngress({payload: program(...pieces), ...fields})
}

/** A call to the management canister about canister 0. */
export function managing(method: string, args: unknown = {canister_id: idOf(0)}, fields: Partial<Ingress> = {}): Ingress {
  const payload = encodeArgs(findManagementMethod(method)!.args, [args], managementInterface().types)
  return anIngress({receiver: MANAGEMENT_CANISTER_ID, effectiveCanisterId: idOf(0), method, payload, ...fields})
}
