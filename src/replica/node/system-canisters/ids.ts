/** The system canisters and their ids, those of the main network. */

import {parsePrincipal} from '../../../protocol/principal.js'

export const SYSTEM_CANISTER_IDS = {
  'icp-ledger': parsePrincipal('ryjl3-tyaaa-aaaaa-aaaba-cai'),
  'icp-index': parsePrincipal('qhbym-qaaaa-aaaaa-aaafq-cai'),
  'cycles-minting': parsePrincipal('rkp4c-7iaaa-aaaaa-aaaca-cai'),
  'cycles-ledger': parsePrincipal('um5iw-rqaaa-aaaaq-qaaba-cai'),
  'cycles-index': parsePrincipal('ul4oc-4iaaa-aaaaq-qaabq-cai'),
} as const

export type SystemCanisterName = keyof typeof SYSTEM_CANISTER_IDS

/** NNS root: on the main network it controls them; here nobody is behind it. */
export const ROOT_ID = parsePrincipal('r7inp-6aaaa-aaaaa-aaabq-cai')
/** Governance: its account makes and destroys ICP. */
export const GOVERNANCE_ID = parsePrincipal('rrkah-fqaaa-aaaaa-aaaaq-cai')
