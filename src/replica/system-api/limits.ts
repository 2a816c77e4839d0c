/** Sizes that system calls enforce. Source: digest system-api sections 2 and 6, unless said otherwise. */

const GIB = 1_073_741_824

/** Reply or reject text of a replicated execution. */
export const MAX_REPLICATED_ANSWER_BYTES = 2_097_152
/** Reply or reject text of a query. */
export const MAX_QUERY_ANSWER_BYTES = 3_145_728
/** Method name and payload of one call. */
export const MAX_CALL_BYTES = 10_485_760
export const MAX_METHOD_NAME_BYTES = 20_000
export const MAX_PRINCIPAL_BYTES = 29
export const MAX_CERTIFIED_DATA_BYTES = 32
/** Longest a best-effort call may wait. */
export const MAX_CALL_TIMEOUT_SECONDS = 300
/** Of the canister settings. Digest management-canister section 2. */
export const MAX_ENVIRONMENT_VARIABLE_NAME_BYTES = 128
/** What error texts show of the message given to `ic0.trap`. */
export const MAX_TRAP_MESSAGE_BYTES = 32_768

export const MAX_STABLE_BYTES = 500 * GIB
/** What the 32-bit functions of stable memory reach. */
export const MAX_STABLE32_BYTES = 4 * GIB
/** Instructions for the first write to a 4 KiB page of stable memory. */
export const STABLE_DIRTY_PAGE_INSTRUCTIONS = 1_000

/** Bytes of stable memory that one message may touch, as whole pages. */
export const STABLE_ACCESS_BYTES = {message: 2 * GIB, install: 8 * GIB, query: GIB}

/** Of the log that `fetch_canister_logs` shows. Digest management-canister section 7. */
export const LOG_CAPACITY_BYTES = 4_096
/** Counted for each record beside its content. */
export const LOG_RECORD_OVERHEAD_BYTES = 40

/** A balance stops growing here. */
export const MAX_CYCLES = (1n << 128n) - 1n
