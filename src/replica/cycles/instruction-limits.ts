/** How many instructions one execution may use. Source: digest execution-and-cycles section 3. */

export interface InstructionLimits {
  /** Updates, callbacks, heartbeats, timers and the low-memory hook. */
  readonly message: bigint
  /** A query method called in a replicated way, by ingress or canister. */
  readonly replicatedQuery: bigint
  /** Sum of everything one `install_code` runs. */
  readonly install: bigint
  /** Non-replicated queries, also HTTP transforms; a composite query shares it over its whole call graph. */
  readonly query: bigint
  readonly inspectMessage: bigint
  /** Counted for every call of a composite query, beside what the callee executes. */
  readonly compositeCallOverhead: bigint
  /**
   * After which an execution pauses in its first round. Not the Internet Computer's: there, an execution has one of the threads to itself;
   * here, queries wait for the state's own thread, and should not wait long.
   */
  readonly firstSlice: bigint
  /** Most that runs in one round without a pause. */
  readonly slice: bigint
  readonly installSlice: bigint
  /** Of one execution thread in one round. */
  readonly round: bigint
}

const APPLICATION: InstructionLimits = {
  message: 40_000_000_000n,
  replicatedQuery: 5_000_000_000n,
  install: 300_000_000_000n,
  query: 5_000_000_000n,
  inspectMessage: 200_000_000n,
  compositeCallOverhead: 50_000_000n,
  firstSlice: 100_000_000n,
  slice: 2_000_000_000n,
  installSlice: 2_000_000_000n,
  round: 7_000_000_000n,
}

const SYSTEM: InstructionLimits = {
  ...APPLICATION,
  message: 50_000_000_000n,
  replicatedQuery: 50_000_000_000n,
  install: 1_000_000_000_000n,
  installSlice: 5_000_000_000n,
  round: 52_000_000_000n,
}

export function instructionLimits(isSystemSubnet: boolean): InstructionLimits {
  return isSystemSubnet ? SYSTEM : APPLICATION
}
