/* The Python module `_ic0`: the system functions with bytes, texts and numbers. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "ic0.h"

extern void icicle_on_reply(int32_t call);
extern void icicle_on_reject(int32_t call);
extern void icicle_on_cleanup(int32_t call);

/* A function without arguments that gives bytes: asks for their size, then copies them. */
#define BYTES(name, system) \
  static PyObject *name(PyObject *self, PyObject *none) { \
    int32_t size = ic0_##system##_size(); \
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size); \
    if (bytes && size > 0) ic0_##system##_copy(PyBytes_AS_STRING(bytes), 0, size); \
    return bytes; \
  }

BYTES(arg_data, msg_arg_data)
BYTES(caller, msg_caller)
BYTES(method_name, msg_method_name)
BYTES(reject_message, msg_reject_msg)
BYTES(canister_self, canister_self)
BYTES(data_certificate, data_certificate)

/* Amounts of cycles are 16 bytes, lowest first. */
static PyObject *cycles_of(const uint8_t *amount) { return _PyLong_FromByteArray(amount, 16, 1, 0); }

#define CYCLES(name, system) \
  static PyObject *name(PyObject *self, PyObject *none) { \
    uint8_t amount[16]; \
    ic0_##system(amount); \
    return cycles_of(amount); \
  }

CYCLES(cycles_available, msg_cycles_available128)
CYCLES(cycles_refunded, msg_cycles_refunded128)
CYCLES(cycle_balance, canister_cycle_balance128)

static int split_cycles(PyObject *amount, int64_t *high, int64_t *low) {
  uint8_t bytes[16];
  if (_PyLong_AsByteArray((PyLongObject *)amount, bytes, 16, 1, 0, 1) < 0) return -1;
  memcpy(low, bytes, 8);
  memcpy(high, bytes + 8, 8);
  return 0;
}

static PyObject *cycles_accept(PyObject *self, PyObject *amount) {
  int64_t high, low;
  uint8_t accepted[16];
  if (!PyLong_Check(amount)) return PyErr_Format(PyExc_TypeError, "cycles are an int");
  if (split_cycles(amount, &high, &low) < 0) return NULL;
  ic0_msg_cycles_accept128(high, low, accepted);
  return cycles_of(accepted);
}

/* A function without arguments that gives a number. */
#define NUMBER(name, convert, call) \
  static PyObject *name(PyObject *self, PyObject *none) { return convert(call); }

NUMBER(reject_code, PyLong_FromLong, ic0_msg_reject_code())
NUMBER(canister_version, PyLong_FromUnsignedLongLong, (uint64_t)ic0_canister_version())
NUMBER(in_replicated_execution, PyLong_FromLong, ic0_in_replicated_execution())
NUMBER(data_certificate_present, PyLong_FromLong, ic0_data_certificate_present())
NUMBER(stable_size, PyLong_FromUnsignedLongLong, (uint64_t)ic0_stable64_size())
NUMBER(time_ns, PyLong_FromUnsignedLongLong, (uint64_t)ic0_time())

/* A function of one bytes object that gives nothing. */
#define TAKES(name, call) \
  static PyObject *name(PyObject *self, PyObject *argument) { \
    char *data; \
    Py_ssize_t size; \
    if (PyBytes_AsStringAndSize(argument, &data, &size) < 0) return NULL; \
    call; \
    Py_RETURN_NONE; \
  }

TAKES(reply, (ic0_msg_reply_data_append(data, (int32_t)size), ic0_msg_reply()))
TAKES(reject, ic0_msg_reject(data, (int32_t)size))
TAKES(certified_data_set, ic0_certified_data_set(data, (int32_t)size))
TAKES(debug_print, ic0_debug_print(data, (int32_t)size))
TAKES(trap, ic0_trap(data, (int32_t)size))

static PyObject *is_controller(PyObject *self, PyObject *argument) {
  char *data;
  Py_ssize_t size;
  if (PyBytes_AsStringAndSize(argument, &data, &size) < 0) return NULL;
  return PyBool_FromLong(ic0_is_controller(data, (int32_t)size));
}

static PyObject *accept_message(PyObject *self, PyObject *none) {
  ic0_accept_message();
  Py_RETURN_NONE;
}

static PyObject *performance_counter(PyObject *self, PyObject *kind) {
  long number = PyLong_AsLong(kind);
  if (number == -1 && PyErr_Occurred()) return NULL;
  return PyLong_FromUnsignedLongLong((uint64_t)ic0_performance_counter((int32_t)number));
}

static PyObject *global_timer_set(PyObject *self, PyObject *at) {
  unsigned long long time = PyLong_AsUnsignedLongLong(at);
  if (PyErr_Occurred()) return NULL;
  return PyLong_FromUnsignedLongLong((uint64_t)ic0_global_timer_set((int64_t)time));
}

static PyObject *stable_grow(PyObject *self, PyObject *pages) {
  unsigned long long count = PyLong_AsUnsignedLongLong(pages);
  if (PyErr_Occurred()) return NULL;
  return PyLong_FromLongLong(ic0_stable64_grow((int64_t)count));
}

static PyObject *stable_read(PyObject *self, PyObject *arguments) {
  unsigned long long offset;
  Py_ssize_t size;
  if (!PyArg_ParseTuple(arguments, "Kn", &offset, &size)) return NULL;
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
  if (bytes && size > 0) ic0_stable64_read((int64_t)(uintptr_t)PyBytes_AS_STRING(bytes), (int64_t)offset, (int64_t)size);
  return bytes;
}

static PyObject *stable_write(PyObject *self, PyObject *arguments) {
  unsigned long long offset;
  const char *data;
  Py_ssize_t size;
  if (!PyArg_ParseTuple(arguments, "Ky#", &offset, &data, &size)) return NULL;
  ic0_stable64_write((int64_t)offset, (int64_t)(uintptr_t)data, (int64_t)size);
  Py_RETURN_NONE;
}

/* call(callee, method, argument, cycles, number) → error code of call_perform. Without a number nobody waits for the answer. */
static PyObject *call(PyObject *self, PyObject *arguments) {
  const char *callee, *method, *data;
  Py_ssize_t callee_size, method_size, size;
  PyObject *cycles;
  int number;
  if (!PyArg_ParseTuple(arguments, "y#s#y#O!i", &callee, &callee_size, &method, &method_size, &data, &size, &PyLong_Type, &cycles, &number))
    return NULL;
  int64_t high, low;
  if (split_cycles(cycles, &high, &low) < 0) return NULL;
  ic0_call_new(callee, (int32_t)callee_size, method, (int32_t)method_size, icicle_on_reply, number, icicle_on_reject, number);
  ic0_call_on_cleanup(icicle_on_cleanup, number);
  ic0_call_data_append(data, (int32_t)size);
  if (high != 0 || low != 0) ic0_call_cycles_add128(high, low);
  return PyLong_FromLong(ic0_call_perform());
}

#define NO_ARGUMENTS(name) {#name, name, METH_NOARGS, NULL}
#define ONE_ARGUMENT(name) {#name, name, METH_O, NULL}

static PyMethodDef methods[] = {
    NO_ARGUMENTS(arg_data), NO_ARGUMENTS(caller), NO_ARGUMENTS(method_name), NO_ARGUMENTS(reject_message), NO_ARGUMENTS(canister_self),
    NO_ARGUMENTS(data_certificate), NO_ARGUMENTS(cycles_available), NO_ARGUMENTS(cycles_refunded), NO_ARGUMENTS(cycle_balance),
    NO_ARGUMENTS(reject_code), NO_ARGUMENTS(canister_version), NO_ARGUMENTS(in_replicated_execution), NO_ARGUMENTS(data_certificate_present),
    NO_ARGUMENTS(stable_size), NO_ARGUMENTS(time_ns), NO_ARGUMENTS(accept_message),
    ONE_ARGUMENT(cycles_accept), ONE_ARGUMENT(reply), ONE_ARGUMENT(reject), ONE_ARGUMENT(certified_data_set), ONE_ARGUMENT(debug_print),
    ONE_ARGUMENT(trap), ONE_ARGUMENT(is_controller), ONE_ARGUMENT(performance_counter), ONE_ARGUMENT(global_timer_set), ONE_ARGUMENT(stable_grow),
    {"stable_read", stable_read, METH_VARARGS, NULL}, {"stable_write", stable_write, METH_VARARGS, NULL}, {"call", call, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ic0", "System functions of the Internet Computer.", -1, methods};

PyObject *PyInit__ic0(void) { return PyModule_Create(&module); }
