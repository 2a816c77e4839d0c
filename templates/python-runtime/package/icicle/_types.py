"""Candid types, and how Python annotations name them.

A type is a tuple whose first item is its kind: ("nat",), ("opt", type), ("vec", type), ("record", class or None, fields), ("variant", class,
fields). Fields are (label, type); a label is a text, or a number in a tuple. ("class", cls) stands for a class by name: its fields are looked up
when they are needed, so that classes may refer to each other.
"""

import types
import typing


class nat(int):
    """A natural number of any size."""


class nat8(int):
    pass


class nat16(int):
    pass


class nat32(int):
    pass


class nat64(int):
    pass


class int8(int):
    pass


class int16(int):
    pass


class int32(int):
    pass


class int64(int):
    pass


class float32(float):
    pass


float64 = float
text = str
blob = bytes
null = type(None)


class reserved:
    pass


class empty:
    pass


T = typing.TypeVar("T")


class Opt(typing.Generic[T]):
    """`Opt[T]` is `T | None`; nested, it tells `None` and `Some(None)` apart by lists of at most one item."""


class Vec(typing.Generic[T]):
    """`Vec[T]` is `list[T]`."""


class Principal:
    """Who somebody is: a user, a canister. Compared by its bytes."""

    __slots__ = ("bytes",)

    def __init__(self, value):
        self.bytes = _principal_from_text(value) if isinstance(value, str) else bytes(value)

    @staticmethod
    def management():
        return Principal(b"")

    @staticmethod
    def anonymous():
        return Principal(b"\x04")

    def __eq__(self, other):
        return isinstance(other, Principal) and other.bytes == self.bytes

    def __hash__(self):
        return hash(self.bytes)

    def __lt__(self, other):
        return self.bytes < other.bytes

    def __str__(self):
        import base64
        import binascii

        data = binascii.crc32(self.bytes).to_bytes(4, "big") + self.bytes
        letters = base64.b32encode(data).decode().rstrip("=").lower()
        return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))

    def __repr__(self):
        return f"Principal('{self}')"

    def __reduce__(self):
        return (Principal, (self.bytes,))


def _principal_from_text(value):
    import base64

    letters = value.replace("-", "").upper()
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raise ValueError(f"'{value}' is not a principal") from None
    found = Principal(data[4:])
    if str(found) != value:
        raise ValueError(f"'{value}' is not a principal")
    return found.bytes


class Record:
    """A record: the annotations of a subclass are its fields. `Point(x=1, y=2)`."""

    def __init__(self, **fields):
        names = fields_of(type(self))
        for name in names:
            if name in fields:
                setattr(self, name, fields.pop(name))
            elif not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} needs '{name}'")
        if fields:
            raise TypeError(f"{type(self).__name__} has no field '{next(iter(fields))}'")

    def __eq__(self, other):
        return type(other) is type(self) and vars(other) == vars(self)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


class Variant:
    """One of several cases: the annotations of a subclass are the cases, `None` for one without a value. `Shape(circle=2.0)`."""

    def __init__(self, case=None, value=None, **chosen):
        if case is None:
            if len(chosen) != 1:
                raise TypeError(f"{type(self).__name__} takes one case")
            case, value = next(iter(chosen.items()))
        if case not in fields_of(type(self)):
            raise TypeError(f"{type(self).__name__} has no case '{case}'")
        self.case = case
        self.value = value

    def __eq__(self, other):
        return type(other) is type(self) and (other.case, other.value) == (self.case, self.value)

    def __hash__(self):
        return hash((self.case, self.value))

    def __repr__(self):
        return f"{type(self).__name__}({self.case}={self.value!r})"


PLAIN = {
    str: ("text",), int: ("int",), bool: ("bool",), float: ("float64",), bytes: ("vec", ("nat8",)), null: ("null",), nat: ("nat",),
    nat8: ("nat8",), nat16: ("nat16",), nat32: ("nat32",), nat64: ("nat64",), int8: ("int8",), int16: ("int16",), int32: ("int32",),
    int64: ("int64",), float32: ("float32",), Principal: ("principal",), reserved: ("reserved",), empty: ("empty",),
}


def fields_of(cls):
    """Name → annotation, those of base classes first."""
    return {name: hint for name, hint in typing.get_type_hints(cls).items() if not name.startswith("_")}


def type_of(hint):
    """The Candid type that an annotation names. Raises TypeError for one that names none."""
    if hint is None:
        return ("null",)
    if isinstance(hint, type) and hint in PLAIN:
        return PLAIN[hint]
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        others = [each for each in arguments if each is not null]
        if len(others) == 1 and len(arguments) == 2:
            return ("opt", type_of(others[0]))
    if origin is Opt:
        return ("opt", type_of(arguments[0]))
    if origin in (list, Vec):
        return ("vec", type_of(arguments[0]))
    if origin is tuple:
        return ("record", None, tuple((index, type_of(each)) for index, each in enumerate(arguments)))
    if isinstance(hint, type) and typing.get_type_hints(hint):
        return ("class", hint)
    raise TypeError(f"{hint!r} is not a Candid type")


def resolve(kind):
    """("class", cls) with its fields looked up; any other type as it is."""
    if kind[0] != "class":
        return kind
    cls = kind[1]
    if "_candid_type" not in cls.__dict__:
        fields = tuple((name, type_of(hint)) for name, hint in fields_of(cls).items())
        cls._candid_type = ("variant" if issubclass(cls, Variant) else "record", cls, fields)
    return cls._candid_type


def label_id(label):
    """The number of a field. Source: Candid specification, "Records"."""
    if isinstance(label, int):
        return label
    number = 0
    for byte in label.encode():
        number = (number * 223 + byte) & 0xFFFFFFFF
    return number
