"""Canisters of the Internet Computer in Python: decorators for methods, Candid types, calls, timers, storage, cycles."""

from icicle._calls import Call, CallError, call, notify, raw_rand
from icicle._registry import (
    heartbeat, init, inspect_message, on_low_wasm_memory, post_upgrade, pre_upgrade, query, timer, update,
)
from icicle._storage import stable_grow, stable_load, stable_read, stable_save, stable_size, stable_write
from icicle._system import (
    accept_message, caller, canister_version, certified_data_set, cycle_balance, cycles_accept, cycles_available, cycles_refunded,
    data_certificate, in_replicated_execution, instruction_count, is_controller, method_name, self_id, time_ns, trap,
)
from icicle._timers import clear_timer, set_interval, set_timer
from icicle._types import (
    Opt, Principal, Record, Variant, Vec, blob, empty, float32, float64, int8, int16, int32, int64, nat, nat8, nat16, nat32, nat64, null,
    reserved, text,
)
