"""The interface of the canister as text: a definition for each class, then the service."""

import re

from icicle._types import resolve

KEYWORDS = set("blob bool empty float32 float64 func import int int16 int32 int64 int8 nat nat16 nat32 nat64 nat8 null oneway opt principal query composite_query record reserved service text type variant vec".split())


def quote(name):
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name not in KEYWORDS else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Printer:
    def __init__(self):
        self.definitions = {}

    def type(self, kind):
        if kind[0] == "class":
            return self.named(kind)
        name = kind[0]
        if kind == ("vec", ("nat8",)):
            return "blob"
        if name in ("opt", "vec"):
            return f"{name} {self.type(kind[1])}"
        return self.body(kind) if name in ("record", "variant") else name

    def named(self, kind):
        name = kind[1].__name__
        other = self.definitions.get(name)
        if other and other[0] is not kind[1]:
            raise TypeError(f"two classes are called {name}")
        if not other:
            self.definitions[name] = (kind[1], None)
            self.definitions[name] = (kind[1], self.body(resolve(kind)))
        return quote(name)

    def body(self, kind):
        name, _, fields = kind
        def show(label, field):
            if isinstance(label, int):
                return self.type(field)
            return quote(label) if name == "variant" and field == ("null",) else f"{quote(label)} : {self.type(field)}"
        return f"{name} {{ {'; '.join(show(*each) for each in fields)} }}" if fields else f"{name} {{}}"

    def tuple(self, kinds):
        return f"({', '.join(self.type(kind) for kind in kinds)})"

    def method(self, method):
        mode = {"query": " query", "composite_query": " composite_query"}.get(method.kind, "")
        return f"  {quote(method.name)} : {self.tuple(method.arguments)} -> {self.tuple(method.results)}{mode};\n"

    def service(self, methods, init):
        lines = "".join(self.method(method) for method in methods)
        arguments = f"{self.tuple(init.arguments)} -> " if init and init.arguments else ""
        types = "".join(f"type {quote(name)} = {body};\n" for name, (_, body) in self.definitions.items())
        return f"{types}service : {arguments}{{\n{lines}}}\n"
