"""What the host calls: the user's modules, the methods by number, coroutines that wait for answers."""

import importlib.util
import json
import sys
import traceback

import _ic0

from icicle import _registry, _timers
from icicle._calls import CallError, send
from icicle._candid import CandidError, decode, encode, plan_of
from icicle._types import resolve

# Numbers of hooks; the build exports them under these names.
HOOKS = {
    -1: "init", -2: "post_upgrade", -3: "pre_upgrade", -4: "heartbeat", -5: "inspect_message", -6: "global_timer", -7: "on_low_wasm_memory",
}
MAIN = "main"

sources = {}
waiting = {}
last_call = 0


class Importer:
    """Finds the user's modules in the bundle."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in sources:
            return None
        file, _ = sources[name]
        return importlib.util.spec_from_loader(name, Importer, origin=file, is_package=file.endswith("__init__.py"))

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        file, source = sources[module.__name__]
        module.__file__ = file
        exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)

    @staticmethod
    def get_source(name):
        return sources[name][1]


def ready():
    """The last step of boot: what nearly every canister needs is loaded before the snapshot."""
    import linecache  # noqa: F401
    import pickle  # noqa: F401

    import icicle  # noqa: F401


def set_bundle(text):
    sources.update(json.loads(text))
    sys.meta_path.insert(0, Importer)


def load():
    """Runs the user's code. Types are looked up now: what a query learns it forgets again."""
    if MAIN in sys.modules:
        return
    importlib.import_module(MAIN)
    for method in [*_registry.methods, *_registry.hooks.values()]:
        look_up(method.arguments + method.results, set())
        plan_of(method.arguments)
        plan_of(method.results)


def look_up(kinds, seen):
    for kind in kinds:
        kind = resolve(kind)
        if kind[0] in ("opt", "vec"):
            look_up(kind[1:2], seen)
        elif kind[0] in ("record", "variant") and kind not in seen:
            seen.add(kind)
            look_up([field for _, field in kind[2]], seen)


def describe():
    from icicle._did import Printer

    load()
    printer = Printer()
    hooks = [name for name in HOOKS.values() if name in _registry.hooks]
    did = printer.service(_registry.methods, _registry.hooks.get("init") or _registry.hooks.get("post_upgrade"))
    methods = [{"name": method.name, "kind": method.kind} for method in _registry.methods]
    return json.dumps({"methods": methods, "hooks": hooks, "candid": did}).encode()


def dispatch(number):
    if number >= 0:
        return run_method(_registry.methods[number])
    name = HOOKS[number]
    if name in ("init", "post_upgrade"):
        load()
        for seconds, function in _registry.intervals:
            _timers.set_interval(seconds, function)
    if name == "global_timer":
        for function in _timers.take_due():
            run(function, (), None)
        return
    hook = _registry.hooks.get(name)
    if hook is None:
        return
    arguments = decode(_ic0.arg_data(), hook.arguments) if name in ("init", "post_upgrade") else ()
    if name == "inspect_message":
        if hook.function(*arguments):
            _ic0.accept_message()
        return
    run(hook.function, arguments, None)


def run_method(method):
    try:
        arguments = decode(_ic0.arg_data(), method.arguments)
    except CandidError as error:
        _ic0.trap(f"{method.name}: {error}".encode())
    run(method.function, arguments, method)


def run(function, arguments, method):
    result = function(*arguments)
    if hasattr(result, "send") and hasattr(result, "throw"):
        advance(result, method, lambda: result.send(None))
    else:
        finish(method, result)


def finish(method, result):
    if method is None:
        return
    kinds = method.results
    try:
        data = encode(kinds, (result,) if kinds else ())
    except CandidError as error:
        _ic0.trap(f"{method.name} returned something else than its type: {error}".encode())
    _ic0.reply(data)


def advance(coroutine, method, step):
    """Runs a coroutine up to its next call, or to its end. A call that cannot be sent is an exception where it was awaited."""
    global last_call
    while True:
        try:
            made = step()
        except StopIteration as end:
            return finish(method, end.value)
        last_call += 1
        number = last_call
        code = send(made, number)
        if code == 0:
            waiting[number] = (coroutine, method, made)
            return
        failure = CallError(2, f"the call of '{made.method}' could not be sent (code {code})")
        step = lambda: coroutine.throw(failure)  # noqa: E731


def on_reply(number):
    if number not in waiting:
        return
    coroutine, method, made = waiting.pop(number)
    try:
        value = made.read(_ic0.arg_data())
    except CandidError as error:
        failure = error
        return advance(coroutine, method, lambda: coroutine.throw(failure))
    advance(coroutine, method, lambda: coroutine.send(value))


def on_reject(number):
    if number not in waiting:
        return
    coroutine, method, _ = waiting.pop(number)
    failure = CallError(_ic0.reject_code(), _ic0.reject_message().decode(errors="replace"))
    advance(coroutine, method, lambda: coroutine.throw(failure))


def on_cleanup(number):
    """The callback trapped and its changes are undone: the coroutine is where it was before, and ends there."""
    entry = waiting.pop(number, None)
    if entry:
        entry[0].close()


def format_error(error):
    """A traceback of the user's files only, with their source lines."""
    import linecache

    for file, source in sources.values():
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    return "".join(without_own_frames(error).format()).rstrip()


def without_own_frames(error):
    shown = traceback.TracebackException.from_exception(error)
    pending = [shown]
    while pending:
        each = pending.pop()
        own = [frame for frame in each.stack if not frame.filename.startswith("<frozen")]
        each.stack[:] = own
        pending += [other for other in (each.__cause__, each.__context__) if other]
    return shown
