/*
 * A canister around CPython. icicle's build calls boot, allocate, set_bundle and describe in Node; in a canister only dispatch is called, on a
 * memory that is a snapshot taken after set_bundle.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "ic0.h"

#define EXPORT(name) __attribute__((export_name(#name)))

extern void __wasm_call_ctors(void);
extern PyObject *PyInit__ic0(void);
extern const struct _frozen icicle_frozen_modules[];

static void trap_with(const char *text, Py_ssize_t size) { ic0_trap(text, (int32_t)size); }

/* Found at boot: looking a module up by its name costs more than a small method. */
static PyObject *runtime;

/* A Python error ends the message with its traceback. */
_Noreturn static void trap_with_error(void) {
  PyObject *error = PyErr_GetRaisedException();
  PyObject *text = runtime ? PyObject_CallMethod(runtime, "format_error", "O", error) : NULL;
  Py_ssize_t size = 0;
  const char *bytes = text ? PyUnicode_AsUTF8AndSize(text, &size) : NULL;
  if (bytes) trap_with(bytes, size);
  static const char message[] = "A Python error, which cannot be shown.";
  ic0_trap(message, sizeof message - 1);
}

static PyObject *call_runtime(const char *function, const char *format, ...) {
  PyObject *method = PyObject_GetAttrString(runtime, function);
  va_list values;
  va_start(values, format);
  PyObject *arguments = Py_VaBuildValue(format, values);
  va_end(values);
  PyObject *result = method && arguments ? PyObject_CallObject(method, arguments) : NULL;
  if (!result) trap_with_error();
  Py_DECREF(arguments);
  Py_DECREF(method);
  return result;
}

static void check(PyStatus status) {
  if (!PyStatus_Exception(status)) return;
  const char *text = status.err_msg ? status.err_msg : "Python does not start.";
  trap_with(text, (Py_ssize_t)strlen(text));
}

static void set_text(PyConfig *config, wchar_t **field, const wchar_t *text) { check(PyConfig_SetString(config, field, text)); }

EXPORT(boot) void boot(void) {
  __wasm_call_ctors();
  PyImport_FrozenModules = icicle_frozen_modules;
  PyImport_AppendInittab("_ic0", PyInit__ic0);
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  before.configure_locale = 0;
  check(Py_PreInitialize(&before));
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  config.site_import = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;
  config.use_frozen_modules = 1;
  config.pathconfig_warnings = 0;
  config.buffered_stdio = 0;
  config.module_search_paths_set = 1;
  set_text(&config, &config.program_name, L"python");
  set_text(&config, &config.executable, L"python");
  set_text(&config, &config.base_executable, L"python");
  set_text(&config, &config.home, L"/");
  set_text(&config, &config.prefix, L"/");
  set_text(&config, &config.base_prefix, L"/");
  set_text(&config, &config.exec_prefix, L"/");
  set_text(&config, &config.base_exec_prefix, L"/");
  set_text(&config, &config.stdlib_dir, L"/");
  set_text(&config, &config.platlibdir, L"lib");
  check(Py_InitializeFromConfig(&config));
  PyConfig_Clear(&config);
  runtime = PyImport_ImportModule("icicle._runtime");
  if (!runtime) trap_with_error();
  Py_DECREF(call_runtime("ready", "()"));
}

EXPORT(allocate) void *allocate(int32_t size) { return malloc((size_t)size); }

/* The user's modules: JSON, {name: [file, source]}. */
EXPORT(set_bundle) void set_bundle(const char *text, int32_t size) { Py_DECREF(call_runtime("set_bundle", "(y#)", text, (Py_ssize_t)size)); }

static PyObject *description;

/* What the user's code offers, as JSON: its address; description_size tells its length. */
EXPORT(describe) const char *describe(void) {
  description = call_runtime("describe", "()");
  return PyBytes_AsString(description);
}

EXPORT(description_size) int32_t description_size(void) { return (int32_t)PyBytes_Size(description); }

/* A method by its number; hooks have negative ones. */
EXPORT(dispatch) void dispatch(int32_t number) { Py_DECREF(call_runtime("dispatch", "(i)", number)); }

void icicle_on_reply(int32_t call) { Py_DECREF(call_runtime("on_reply", "(i)", call)); }
void icicle_on_reject(int32_t call) { Py_DECREF(call_runtime("on_reject", "(i)", call)); }
void icicle_on_cleanup(int32_t call) { Py_DECREF(call_runtime("on_cleanup", "(i)", call)); }
