"""What the user's decorators say: the methods of the canister and its hooks."""

import inspect
import typing

from icicle._types import type_of


class Method:
    """A function that the system calls. `arguments` and `results` are Candid types."""

    def __init__(self, function, kind, name):
        self.function = function
        self.kind = kind
        self.name = name
        self.is_async = inspect.iscoroutinefunction(function)
        self._types = None

    def _resolve(self):
        # Late: annotations may name classes that stand further down in the file.
        if self._types is None:
            hints = typing.get_type_hints(self.function)
            parameters = list(inspect.signature(self.function).parameters)
            missing = [name for name in parameters if name not in hints]
            if missing:
                raise TypeError(f"'{self.name}': the argument '{missing[0]}' has no type")
            returned = hints.get("return", type(None))
            if returned is type(None):
                results = ()
            elif typing.get_origin(returned) is tuple and self.kind == "results":
                results = tuple(map(type_of, typing.get_args(returned)))
            else:
                results = (type_of(returned),)
            self._types = (tuple(type_of(hints[name]) for name in parameters), results)
        return self._types

    @property
    def arguments(self):
        return self._resolve()[0]

    @property
    def results(self):
        return self._resolve()[1]


methods = []
hooks = {}
intervals = []


def _add(function, kind, name):
    name = name or function.__name__
    if any(method.name == name for method in methods):
        raise TypeError(f"two methods are called '{name}'")
    methods.append(Method(function, kind, name))
    return function


def query(function=None, *, name=None, composite=False):
    """A method that only reads. With `composite=True` it may call queries of other canisters."""
    kind = "composite_query" if composite else "query"
    return _add(function, kind, name) if function else lambda each: _add(each, kind, name)


def update(function=None, *, name=None):
    """A method that may change state."""
    return _add(function, "update", name) if function else lambda each: _add(each, "update", name)


def _hook(kind):
    def decorate(function):
        if kind in hooks:
            raise TypeError(f"there are two functions for '{kind}'")
        hooks[kind] = Method(function, kind, function.__name__)
        return function

    decorate.__name__ = kind
    return decorate


init = _hook("init")
pre_upgrade = _hook("pre_upgrade")
post_upgrade = _hook("post_upgrade")
heartbeat = _hook("heartbeat")
inspect_message = _hook("inspect_message")
on_low_wasm_memory = _hook("on_low_wasm_memory")


def timer(seconds):
    """Calls the function every so many seconds, from the installation on."""

    def decorate(function):
        intervals.append((seconds, function))
        return function

    return decorate
