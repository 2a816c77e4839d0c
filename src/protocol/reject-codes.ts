/**
 * Reject codes and error codes.
 *
 * Source: IC interface specification, "Reject codes"; error codes: the reference implementation as of 2025-09-26.
 */

export const REJECT_CODES = {
  SYS_FATAL: 1,
  SYS_TRANSIENT: 2,
  DESTINATION_INVALID: 3,
  CANISTER_REJECT: 4,
  CANISTER_ERROR: 5,
  SYS_UNKNOWN: 6,
} as const

export type RejectCodeName = keyof typeof REJECT_CODES
export type RejectCode = (typeof REJECT_CODES)[RejectCodeName]

/** Code → name in the reference implementation. The first digit after the zero is the reject code. */
export const ERROR_CODES = {
  IC0101: 'SubnetOversubscribed',
  IC0102: 'MaxNumberOfCanistersReached',
  IC0201: 'CanisterQueueFull',
  IC0202: 'IngressMessageTimeout',
  IC0203: 'CanisterQueueNotEmpty',
  IC0204: 'IngressHistoryFull',
  IC0205: 'CanisterIdAlreadyExists',
  IC0206: 'StopCanisterRequestTimeout',
  IC0207: 'CanisterOutOfCycles',
  IC0208: 'CertifiedStateUnavailable',
  IC0209: 'CanisterInstallCodeRateLimited',
  IC0210: 'CanisterHeapDeltaRateLimited',
  IC0301: 'CanisterNotFound',
  IC0305: 'CanisterSnapshotNotFound',
  IC0402: 'InsufficientMemoryAllocation',
  IC0403: 'InsufficientCyclesForCreateCanister',
  IC0404: 'SubnetNotFound',
  IC0405: 'CanisterNotHostedBySubnet',
  IC0406: 'CanisterRejectedMessage',
  IC0407: 'UnknownManagementMessage',
  IC0408: 'InvalidManagementPayload',
  IC0409: 'CanisterSnapshotImmutable',
  IC0502: 'CanisterTrapped',
  IC0503: 'CanisterCalledTrap',
  IC0504: 'CanisterContractViolation',
  IC0505: 'CanisterInvalidWasm',
  IC0506: 'CanisterDidNotReply',
  IC0507: 'CanisterOutOfMemory',
  IC0508: 'CanisterStopped',
  IC0509: 'CanisterStopping',
  IC0510: 'CanisterNotStopped',
  IC0511: 'CanisterStoppingCancelled',
  IC0512: 'CanisterInvalidController',
  IC0513: 'CanisterFunctionNotFound',
  IC0514: 'CanisterNonEmpty',
  IC0517: 'QueryCallGraphLoopDetected',
  IC0520: 'InsufficientCyclesInCall',
  IC0521: 'CanisterWasmEngineError',
  IC0522: 'CanisterInstructionLimitExceeded',
  IC0524: 'CanisterMemoryAccessLimitExceeded',
  IC0525: 'QueryCallGraphTooDeep',
  IC0526: 'QueryCallGraphTotalInstructionLimitExceeded',
  IC0527: 'CompositeQueryCalledInReplicatedMode',
  IC0528: 'QueryTimeLimitExceeded',
  IC0529: 'QueryCallGraphInternal',
  IC0530: 'InsufficientCyclesInComputeAllocation',
  IC0531: 'InsufficientCyclesInMemoryAllocation',
  IC0532: 'InsufficientCyclesInMemoryGrow',
  IC0533: 'ReservedCyclesLimitExceededInMemoryAllocation',
  IC0534: 'ReservedCyclesLimitExceededInMemoryGrow',
  IC0535: 'InsufficientCyclesInMessageMemoryGrow',
  IC0536: 'CanisterMethodNotFound',
  IC0537: 'CanisterWasmModuleNotFound',
  IC0538: 'CanisterAlreadyInstalled',
  IC0539: 'CanisterWasmMemoryLimitExceeded',
  IC0540: 'ReservedCyclesLimitIsTooLow',
  IC0601: 'DeadlineExpired',
  IC0602: 'ResponseDropped',
} as const

export type ErrorCode = keyof typeof ERROR_CODES
export type ErrorCodeName = (typeof ERROR_CODES)[ErrorCode]

export function rejectCodeOf(code: ErrorCode): RejectCode {
  return Number(code[3]) as RejectCode
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text)
}
