/**
 * The interface of the management canister `aaaaa-aa`.
 *
 * Source: IC interface specification 0.66.0, "The IC management canister". Definitions are ours; names of fields, tags and methods and their
 * types are those of the specification.
 */

import {parseDid} from './did.js'
import {type CandidInterface, type FuncType, findMethod} from './types.js'

export const MANAGEMENT_DID = `
type canister_id = principal;
type snapshot_id = blob;
type wasm_module = blob;
type chunk_hash = record { hash : blob };
type of_canister = record { canister_id : canister_id };
type http_header = record { name : text; value : text };
type environment_variable = record { name : text; value : text };

type visibility = variant {
  controllers;
  public;
  allowed_viewers : vec principal;
};

type canister_settings = record {
  controllers : opt vec principal;
  compute_allocation : opt nat;
  memory_allocation : opt nat;
  freezing_threshold : opt nat;
  reserved_cycles_limit : opt nat;
  minimum_incoming_canister_call_cycles : opt nat;
  log_visibility : opt visibility;
  snapshot_visibility : opt visibility;
  status_visibility : opt visibility;
  wasm_memory_limit : opt nat;
  wasm_memory_threshold : opt nat;
  environment_variables : opt vec environment_variable;
};

type definite_canister_settings = record {
  controllers : vec principal;
  compute_allocation : nat;
  memory_allocation : nat;
  freezing_threshold : nat;
  reserved_cycles_limit : nat;
  minimum_incoming_canister_call_cycles : nat;
  log_visibility : visibility;
  snapshot_visibility : visibility;
  status_visibility : visibility;
  wasm_memory_limit : nat;
  wasm_memory_threshold : nat;
  environment_variables : vec environment_variable;
};

type canister_install_mode = variant {
  install;
  reinstall;
  upgrade : opt record {
    skip_pre_upgrade : opt bool;
    wasm_memory_persistence : opt variant { keep; replace };
  };
};

type change_origin = variant {
  from_user : record { user_id : principal };
  from_canister : record { canister_id : principal; canister_version : opt nat64 };
};

type change_details = variant {
  creation : record { controllers : vec principal; environment_variables_hash : opt blob };
  code_uninstall;
  code_deployment : record { mode : variant { install; reinstall; upgrade }; module_hash : blob };
  load_snapshot : record {
    from_canister_id : opt principal;
    snapshot_id : snapshot_id;
    canister_version : nat64;
    taken_at_timestamp : nat64;
    source : snapshot_source;
  };
  controllers_change : record { controllers : vec principal };
  rename_canister : record {
    canister_id : principal;
    total_num_changes : nat64;
    rename_to : record { canister_id : principal; version : nat64; total_num_changes : nat64 };
    requested_by : principal;
  };
};

type change = record {
  timestamp_nanos : nat64;
  canister_version : nat64;
  origin : change_origin;
  details : change_details;
};

type canister_status_result = record {
  status : variant { running; stopping; stopped };
  ready_for_migration : bool;
  version : nat64;
  settings : definite_canister_settings;
  module_hash : opt blob;
  memory_size : nat;
  memory_metrics : record {
    wasm_memory_size : nat;
    stable_memory_size : nat;
    global_memory_size : nat;
    wasm_binary_size : nat;
    custom_sections_size : nat;
    canister_history_size : nat;
    wasm_chunk_store_size : nat;
    snapshots_size : nat;
  };
  cycles : nat;
  reserved_cycles : nat;
  idle_cycles_burned_per_day : nat;
  query_stats : record {
    num_calls_total : nat;
    num_instructions_total : nat;
    request_payload_bytes_total : nat;
    response_payload_bytes_total : nat;
  };
};

type canister_metrics_result = record {
  cycles_consumed : record {
    memory : nat;
    compute_allocation : nat;
    ingress_induction : nat;
    instructions : nat;
    request_and_response_transmission : nat;
    uninstall : nat;
    canister_creation : nat;
    http_outcalls : nat;
    burned_cycles : nat;
  };
};

type snapshot = record { id : snapshot_id; taken_at_timestamp : nat64; total_size : nat64 };
type snapshot_source = variant { taken_from_canister : reserved; metadata_upload : reserved };
type wasm_global = variant { i32 : int32; i64 : int64; f32 : float32; f64 : float64; v128 : nat };
type snapshot_timer = variant { inactive; active : nat64 };
type snapshot_hook_status = variant { condition_not_satisfied; ready; executed };
type memory_slice = record { offset : nat64; size : nat64 };
type memory_place = record { offset : nat64 };

type snapshot_metadata = record {
  source : snapshot_source;
  taken_at_timestamp : nat64;
  wasm_module_size : nat64;
  globals : vec wasm_global;
  wasm_memory_size : nat64;
  stable_memory_size : nat64;
  wasm_chunk_store : vec chunk_hash;
  canister_version : nat64;
  certified_data : blob;
  global_timer : opt snapshot_timer;
  on_low_wasm_memory_hook_status : opt snapshot_hook_status;
};

type http_request_result = record { status : nat; headers : vec http_header; body : blob };

type ecdsa_key_id = record { curve : variant { secp256k1 }; name : text };
type schnorr_key_id = record { algorithm : variant { bip340secp256k1; ed25519 }; name : text };
type vetkd_key_id = record { curve : variant { bls12_381_g2 }; name : text };
type public_key_result = record { public_key : blob; chain_code : blob };

type satoshi = nat64;
type bitcoin_network = variant { mainnet; testnet };
type utxo = record {
  outpoint : record { txid : blob; vout : nat32 };
  value : satoshi;
  height : nat32;
};

service : {
  create_canister : (record { settings : opt canister_settings; sender_canister_version : opt nat64 }) -> (of_canister);
  update_settings : (record {
    canister_id : canister_id;
    settings : canister_settings;
    sender_canister_version : opt nat64;
  }) -> ();
  upload_chunk : (record { canister_id : canister_id; chunk : blob }) -> (chunk_hash);
  clear_chunk_store : (of_canister) -> ();
  stored_chunks : (of_canister) -> (vec chunk_hash);
  install_code : (record {
    mode : canister_install_mode;
    canister_id : canister_id;
    wasm_module : wasm_module;
    arg : blob;
    sender_canister_version : opt nat64;
  }) -> ();
  install_chunked_code : (record {
    mode : canister_install_mode;
    target_canister : canister_id;
    store_canister : opt canister_id;
    chunk_hashes_list : vec chunk_hash;
    wasm_module_hash : blob;
    arg : blob;
    sender_canister_version : opt nat64;
  }) -> ();
  uninstall_code : (record { canister_id : canister_id; sender_canister_version : opt nat64 }) -> ();
  start_canister : (of_canister) -> ();
  stop_canister : (of_canister) -> ();
  delete_canister : (of_canister) -> ();
  deposit_cycles : (of_canister) -> ();
  canister_status : (of_canister) -> (canister_status_result);
  canister_metrics : (of_canister) -> (canister_metrics_result);
  canister_info : (record { canister_id : canister_id; num_requested_changes : opt nat64 }) -> (record {
    total_num_changes : nat64;
    recent_changes : vec change;
    module_hash : opt blob;
    controllers : vec principal;
  });
  canister_metadata : (record { canister_id : canister_id; name : text }) -> (record { value : blob });
  list_canisters : () -> (record { canisters : vec record { start : canister_id; end : canister_id } }) query;

  take_canister_snapshot : (record {
    canister_id : canister_id;
    replace_snapshot : opt snapshot_id;
    uninstall_code : opt bool;
    sender_canister_version : opt nat64;
  }) -> (snapshot);
  load_canister_snapshot : (record {
    canister_id : canister_id;
    snapshot_id : snapshot_id;
    sender_canister_version : opt nat64;
  }) -> ();
  list_canister_snapshots : (of_canister) -> (vec snapshot);
  delete_canister_snapshot : (record { canister_id : canister_id; snapshot_id : snapshot_id }) -> ();
  read_canister_snapshot_metadata : (record { canister_id : canister_id; snapshot_id : snapshot_id }) -> (snapshot_metadata);
  read_canister_snapshot_data : (record {
    canister_id : canister_id;
    snapshot_id : snapshot_id;
    kind : variant {
      wasm_module : memory_slice;
      wasm_memory : memory_slice;
      stable_memory : memory_slice;
      wasm_chunk : chunk_hash;
    };
  }) -> (record { chunk : blob });
  upload_canister_snapshot_metadata : (record {
    canister_id : canister_id;
    replace_snapshot : opt snapshot_id;
    wasm_module_size : nat64;
    globals : vec wasm_global;
    wasm_memory_size : nat64;
    stable_memory_size : nat64;
    certified_data : blob;
    global_timer : opt snapshot_timer;
    on_low_wasm_memory_hook_status : opt snapshot_hook_status;
  }) -> (record { snapshot_id : snapshot_id });
  upload_canister_snapshot_data : (record {
    canister_id : canister_id;
    snapshot_id : snapshot_id;
    kind : variant {
      wasm_module : memory_place;
      wasm_memory : memory_place;
      stable_memory : memory_place;
      wasm_chunk;
    };
    chunk : blob;
  }) -> ();

  fetch_canister_logs : (of_canister) -> (record {
    canister_log_records : vec record { idx : nat64; timestamp_nanos : nat64; content : blob };
  }) query;
  raw_rand : () -> (blob);
  http_request : (record {
    url : text;
    max_response_bytes : opt nat64;
    method : variant { get; head; post; put; delete; patch };
    headers : vec http_header;
    body : opt blob;
    transform : opt record {
      function : func (record { response : http_request_result; context : blob }) -> (http_request_result) query;
      context : blob;
    };
    is_replicated : opt bool;
  }) -> (http_request_result);

  ecdsa_public_key : (record {
    canister_id : opt canister_id;
    derivation_path : vec blob;
    key_id : ecdsa_key_id;
  }) -> (public_key_result);
  sign_with_ecdsa : (record {
    message_hash : blob;
    derivation_path : vec blob;
    key_id : ecdsa_key_id;
  }) -> (record { signature : blob });
  schnorr_public_key : (record {
    canister_id : opt canister_id;
    derivation_path : vec blob;
    key_id : schnorr_key_id;
  }) -> (public_key_result);
  sign_with_schnorr : (record {
    message : blob;
    derivation_path : vec blob;
    key_id : schnorr_key_id;
    aux : opt variant { bip341 : record { merkle_root_hash : blob } };
  }) -> (record { signature : blob });
  vetkd_public_key : (record {
    canister_id : opt canister_id;
    context : blob;
    key_id : vetkd_key_id;
  }) -> (record { public_key : blob });
  vetkd_derive_key : (record {
    input : blob;
    context : blob;
    transport_public_key : blob;
    key_id : vetkd_key_id;
  }) -> (record { encrypted_key : blob });

  node_metrics_history : (record { subnet_id : principal; start_at_timestamp_nanos : nat64 }) -> (vec record {
    timestamp_nanos : nat64;
    node_metrics : vec record {
      node_id : principal;
      num_blocks_proposed_total : nat64;
      num_block_failures_total : nat64;
    };
  });
  subnet_info : (record { subnet_id : principal }) -> (record { replica_version : text; registry_version : nat64 });

  provisional_create_canister_with_cycles : (record {
    amount : opt nat;
    settings : opt canister_settings;
    specified_id : opt canister_id;
    sender_canister_version : opt nat64;
  }) -> (of_canister);
  provisional_top_up_canister : (record { canister_id : canister_id; amount : nat }) -> ();

  bitcoin_get_balance : (record {
    address : text;
    network : bitcoin_network;
    min_confirmations : opt nat32;
  }) -> (satoshi);
  bitcoin_get_utxos : (record {
    address : text;
    network : bitcoin_network;
    filter : opt variant { min_confirmations : nat32; page : blob };
  }) -> (record {
    utxos : vec utxo;
    tip_block_hash : blob;
    tip_height : nat32;
    next_page : opt blob;
  });
  bitcoin_get_current_fee_percentiles : (record { network : bitcoin_network }) -> (vec nat64);
  bitcoin_get_block_headers : (record {
    start_height : nat32;
    end_height : opt nat32;
    network : bitcoin_network;
  }) -> (record { tip_height : nat32; block_headers : vec blob });
  bitcoin_send_transaction : (record { transaction : blob; network : bitcoin_network }) -> ();
};
`

let parsed: CandidInterface | undefined

/** Parsed at first use: light commands do not need it. */
export function managementInterface(): CandidInterface {
  parsed ??= parseDid(MANAGEMENT_DID)
  return parsed
}

/** Argument and result types of a method, or undefined. Decode and encode them with `managementInterface().types`. */
export function findManagementMethod(name: string): FuncType | undefined {
  return findMethod(managementInterface(), name)
}
