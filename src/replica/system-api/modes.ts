/** The execution modes of the System API: who entered the canister, and thereby which functions it may call. */

/**
 * `s` start, `I` init and post_upgrade, `G` pre_upgrade, `U` update, `RQ`/`NRQ` (non-)replicated query, `TQ` transform, `CQ` composite
 * query, `Ry`/`Rt` reply and reject callback, `CRy`/`CRt` the same below a composite query, `C`/`CC` cleanup, `T` task, `F` inspect_message.
 * Digest system-api section 3.
 */
export type ExecutionMode = 's' | 'I' | 'G' | 'U' | 'RQ' | 'NRQ' | 'TQ' | 'CQ' | 'Ry' | 'Rt' | 'CRy' | 'CRt' | 'C' | 'CC' | 'T' | 'F'

/** What runs in mode `T`; the error text names it. */
export type TaskKind = 'heartbeat' | 'globalTimer' | 'lowWasmMemory'

export const ALL_MODES: readonly ExecutionMode[] = [
  's',
  'I',
  'G',
  'U',
  'RQ',
  'NRQ',
  'TQ',
  'CQ',
  'Ry',
  'Rt',
  'CRy',
  'CRt',
  'C',
  'CC',
  'T',
  'F',
]

const MODE_NAMES: Record<Exclude<ExecutionMode, 'T'>, string> = {
  s: 'start',
  I: 'init',
  G: 'pre upgrade',
  U: 'update',
  RQ: 'replicated query',
  NRQ: 'non replicated query',
  TQ: 'non replicated query',
  CQ: 'composite query',
  Ry: 'reply callback',
  Rt: 'reject callback',
  CRy: 'composite reply callback',
  CRt: 'composite reject callback',
  C: 'cleanup',
  CC: 'composite cleanup',
  F: 'inspect message',
}

const TASK_NAMES: Record<TaskKind, string> = {heartbeat: 'heartbeat', globalTimer: 'global timer', lowWasmMemory: 'on low Wasm memory'}

/** The mode as error texts name it. */
export function describeMode(mode: ExecutionMode, task?: TaskKind): string {
  return mode === 'T' ? TASK_NAMES[task ?? 'heartbeat'] : MODE_NAMES[mode]
}

/** Every node executes it and comes to the same result. */
export function isReplicated(mode: ExecutionMode): boolean {
  return !['NRQ', 'TQ', 'CQ', 'CRy', 'CRt', 'CC', 'F'].includes(mode)
}

/** Bit of a mode in a set of modes. */
export function modeBit(mode: ExecutionMode): number {
  return 1 << ALL_MODES.indexOf(mode)
}

/** The set of a row of the function table: mode names with blanks between, `*` for every mode but `s`. */
export function parseModes(text: string): number {
  let set = 0
  for (const name of text.split(' ')) {
    if (name !== '*') set |= modeBit(name as ExecutionMode)
    else for (const mode of ALL_MODES) if (mode !== 's') set |= modeBit(mode)
  }
  return set
}
