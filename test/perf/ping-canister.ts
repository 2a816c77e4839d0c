/** The smallest canister that answers. */

import {encodeModule} from '../../src/wasm/encode.js'
import {call, code} from '../../src/wasm/instructions.js'

const PROCEDURE = {params: [], results: []}

/** A canister whose `canister_update ping` and `canister_query pong` reply with nothing. */
export const PING_WASM = encodeModule({
  types: [],
  imports: [{module: 'ic0', name: 'msg_reply', type: PROCEDURE}],
  functions: [{type: PROCEDURE, exports: ['canister_update ping', 'canister_query pong'], body: code(call(0))}],
})
