/** Ties the rooms that execute messages together, for `processBatch`. */

import {executeMessage} from '../canister/execute-message.js'
import {executeResponse} from '../canister/execute-response.js'
import {executeTask} from '../canister/execute-task.js'
import {resumeMessage} from '../canister/resume-execution.js'
import {uninstallCode} from '../canister/uninstall-code.js'
import {deriveBytes} from '../crypto/keys.js'
import type {ExecutionRooms} from '../execution/execution-rooms.js'
import {examineManagementIngress} from '../execution/management-ingress.js'
import {executeManagementCall, resumeManagementCall} from '../management/execute-management-call.js'
import type {GenesisKeys} from './genesis.js'

export function createExecutionRooms({seed}: Pick<GenesisKeys, 'seed'>): ExecutionRooms {
  const chainKeySeed = deriveBytes(seed, 'chain keys')
  return {
    executeMessage,
    executeResponse,
    executeTask,
    resumeMessage,
    uninstallCode,
    examineManagementIngress,
    executeManagementCall: (where, call) => executeManagementCall({...where, chainKeySeed}, call),
    resumeManagementCall: (where, canister) => resumeManagementCall({...where, chainKeySeed}, canister),
  }
}
