/** Limits on modules (IC: `system-api.md` section 2, "Module limits and validation") and of this engine. */

export const MAX_MODULE_BYTES = 100 * 1024 * 1024
export const MAX_CODE_SECTION_BYTES = 11 * 1024 * 1024
export const MAX_FUNCTIONS = 50_000
export const MAX_GLOBALS = 1_000
export const MAX_FUNCTION_INSTRUCTIONS = 1_000_000
export const MAX_FUNCTION_COMPLEXITY = 1_000_000
export const MAX_CUSTOM_SECTIONS = 16
export const MAX_CUSTOM_SECTIONS_BYTES = 1024 * 1024
export const MAX_EXPORTED_METHODS = 1_000
export const MAX_EXPORTED_NAME_BYTES = 20_000
export const MAX_TABLE_ELEMENTS = 1_000_000
export const MAX_WASM32_PAGES = 65_536
/** 6 GiB. */
export const MAX_WASM64_PAGES = 98_304

/** Locals of one function, parameters included. V8, and the core specification's suggestion. */
export const MAX_LOCALS = 50_000
/** Bytes of one instrumented body: V8. A function that the IC allows can pass it with more than some 300,000 stores: a declared deviation. */
export const MAX_INSTRUMENTED_BODY_BYTES = 7_654_321
/** Bytes of Wasm stack: as the IC configures its engine. */
export const STACK_BYTES = 5 * 1024 * 1024
/** What one call costs of the stack, besides eight bytes for each of its locals. A frame of compiled code: return address, saved registers. */
export const FRAME_BYTES = 64
