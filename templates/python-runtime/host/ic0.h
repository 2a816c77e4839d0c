/* The system functions of the Internet Computer that the runtime uses. Source: IC interface specification, "System API". */
#ifndef ICICLE_IC0_H
#define ICICLE_IC0_H

#include <stdint.h>

#define IC0(result, name, ...) __attribute__((import_module("ic0"), import_name(#name))) extern result ic0_##name(__VA_ARGS__);

IC0(void, accept_message, void)
IC0(int32_t, msg_arg_data_size, void)
IC0(void, msg_arg_data_copy, void *to, int32_t offset, int32_t size)
IC0(int32_t, msg_caller_size, void)
IC0(void, msg_caller_copy, void *to, int32_t offset, int32_t size)
IC0(int32_t, msg_method_name_size, void)
IC0(void, msg_method_name_copy, void *to, int32_t offset, int32_t size)
IC0(int32_t, msg_reject_code, void)
IC0(int32_t, msg_reject_msg_size, void)
IC0(void, msg_reject_msg_copy, void *to, int32_t offset, int32_t size)
IC0(void, msg_reply, void)
IC0(void, msg_reply_data_append, const void *from, int32_t size)
IC0(void, msg_reject, const void *from, int32_t size)
IC0(void, msg_cycles_available128, void *to)
IC0(void, msg_cycles_refunded128, void *to)
IC0(void, msg_cycles_accept128, int64_t high, int64_t low, void *to)
IC0(int32_t, canister_self_size, void)
IC0(void, canister_self_copy, void *to, int32_t offset, int32_t size)
IC0(void, canister_cycle_balance128, void *to)
IC0(int64_t, canister_version, void)
IC0(int32_t, is_controller, const void *from, int32_t size)
IC0(int32_t, in_replicated_execution, void)
IC0(int64_t, performance_counter, int32_t kind)
IC0(void, certified_data_set, const void *from, int32_t size)
IC0(int32_t, data_certificate_present, void)
IC0(int32_t, data_certificate_size, void)
IC0(void, data_certificate_copy, void *to, int32_t offset, int32_t size)
IC0(int64_t, stable64_size, void)
IC0(int64_t, stable64_grow, int64_t pages)
IC0(void, stable64_read, int64_t to, int64_t offset, int64_t size)
IC0(void, stable64_write, int64_t offset, int64_t from, int64_t size)
IC0(int64_t, time, void)
IC0(int64_t, global_timer_set, int64_t at)
IC0(void, call_new, const void *callee, int32_t callee_size, const void *name, int32_t name_size, void (*on_reply)(int32_t), int32_t reply_env,
    void (*on_reject)(int32_t), int32_t reject_env)
IC0(void, call_on_cleanup, void (*on_cleanup)(int32_t), int32_t env)
IC0(void, call_data_append, const void *from, int32_t size)
IC0(void, call_cycles_add128, int64_t high, int64_t low)
IC0(int32_t, call_perform, void)
IC0(void, debug_print, const void *from, int32_t size)
IC0(_Noreturn void, trap, const void *from, int32_t size)

#endif
