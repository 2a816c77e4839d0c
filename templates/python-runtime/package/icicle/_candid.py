"""Candid messages. Source: Candid specification, "Binary Format"."""

import struct

from icicle._types import Principal, Variant, label_id, resolve

OPCODES = {
    "null": -1, "bool": -2, "nat": -3, "int": -4, "nat8": -5, "nat16": -6, "nat32": -7, "nat64": -8, "int8": -9, "int16": -10, "int32": -11,
    "int64": -12, "float32": -13, "float64": -14, "text": -15, "reserved": -16, "empty": -17, "opt": -18, "vec": -19, "record": -20,
    "variant": -21, "func": -22, "service": -23, "principal": -24,
}
NAMES = {opcode: name for name, opcode in OPCODES.items()}
# Format of struct, smallest and largest value.
FIXED = {
    "nat8": ("<B", 0, 2**8 - 1), "nat16": ("<H", 0, 2**16 - 1), "nat32": ("<I", 0, 2**32 - 1), "nat64": ("<Q", 0, 2**64 - 1),
    "int8": ("<b", -(2**7), 2**7 - 1), "int16": ("<h", -(2**15), 2**15 - 1), "int32": ("<i", -(2**31), 2**31 - 1),
    "int64": ("<q", -(2**63), 2**63 - 1), "float32": ("<f", None, None), "float64": ("<d", None, None),
}
# A vector of values without bytes may claim any length; this bounds what one message makes.
MAX_EMPTY_ITEMS = 2_000_000


class CandidError(ValueError):
    pass


def uleb(value):
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return out


def sleb(value):
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return out


class Encoder:
    def __init__(self):
        self.types = []
        self.indices = {}
        self.values = bytearray()

    def reference(self, kind):
        """The number by which a type is referred to; composite ones get a place in the table."""
        kind = resolve(kind)
        name = kind[0]
        if name not in ("opt", "vec", "record", "variant"):
            return OPCODES[name]
        if kind in self.indices:
            return self.indices[kind]
        index = self.indices[kind] = len(self.types)
        self.types.append(None)
        entry = bytearray(sleb(OPCODES[name]))
        if name in ("opt", "vec"):
            entry += sleb(self.reference(kind[1]))
        else:
            entry += uleb(len(kind[2]))
            for number, _, field in sorted_fields(kind):
                entry += uleb(number) + sleb(self.reference(field))
        self.types[index] = entry
        return index

    def value(self, kind, value, path):
        kind = resolve(kind)
        name = kind[0]
        out = self.values
        if name == "text":
            if not isinstance(value, str):
                raise wrong(path, "text", value)
            data = value.encode()
            out += uleb(len(data)) + data
        elif name == "nat" or name == "int":
            if not isinstance(value, int) or isinstance(value, bool) or (name == "nat" and value < 0):
                raise wrong(path, name, value)
            out += uleb(value) if name == "nat" else sleb(value)
        elif name in FIXED:
            self.fixed(name, value, path)
        elif name == "bool":
            if not isinstance(value, bool):
                raise wrong(path, "bool", value)
            out.append(value)
        elif name == "opt":
            self.optional(kind, value, path)
        elif name == "vec":
            self.vector(kind, value, path)
        elif name == "record":
            for _, label, field in sorted_fields(kind):
                self.value(field, read_field(kind, value, label, path), f"{path}.{label}")
        elif name == "variant":
            self.variant(kind, value, path)
        elif name == "principal":
            if not isinstance(value, Principal):
                raise wrong(path, "Principal", value)
            out.append(1)
            out += uleb(len(value.bytes)) + value.bytes
        elif name == "empty":
            raise wrong(path, "nothing at all", value)
        elif name == "null" and value is not None:
            raise wrong(path, "None", value)

    def fixed(self, name, value, path):
        form, low, high = FIXED[name]
        if low is None:
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise wrong(path, name, value)
        elif not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise wrong(path, name, value)
        self.values += struct.pack(form, value)

    def optional(self, kind, value, path):
        inner = resolve(kind[1])
        if value is None:
            self.values.append(0)
            return
        self.values.append(1)
        if inner[0] == "opt" and isinstance(value, list):
            value = value[0] if value else None
        self.value(inner, value, path)

    def vector(self, kind, value, path):
        if kind[1] == ("nat8",) and isinstance(value, (bytes, bytearray)):
            self.values += uleb(len(value)) + value
            return
        if not isinstance(value, (list, tuple)):
            raise wrong(path, "a list", value)
        self.values += uleb(len(value))
        for index, item in enumerate(value):
            self.value(kind[1], item, f"{path}[{index}]")

    def variant(self, kind, value, path):
        if not isinstance(value, kind[1] or Variant):
            raise wrong(path, kind[1].__name__, value)
        for index, (_, label, field) in enumerate(sorted_fields(kind)):
            if label == value.case:
                self.values += uleb(index)
                self.value(field, value.value, f"{path}.{label}")
                return
        raise wrong(path, kind[1].__name__, value)


def sorted_fields(kind):
    return sorted((label_id(label), label, field) for label, field in kind[2])


def read_field(kind, value, label, path):
    try:
        if kind[1] is None:
            return value[label]
        return value[label] if isinstance(value, dict) else getattr(value, label)
    except (AttributeError, KeyError, IndexError, TypeError):
        raise CandidError(f"{path}: '{label}' is missing in {value!r}") from None


def wrong(path, expected, value):
    return CandidError(f"{path}: expected {expected}, got {value!r}")


def encode(kinds, values):
    return plan_of(kinds).encode(values)


class Plan:
    """What can be known of messages of some types before there is one: their beginning, and short ways for values of plain types."""

    def __init__(self, kinds):
        encoder = Encoder()
        references = b"".join(bytes(sleb(encoder.reference(kind))) for kind in kinds)
        table = b"".join(bytes(entry) for entry in encoder.types)
        self.kinds = kinds
        self.head = b"DIDL" + bytes(uleb(len(encoder.types))) + table + bytes(uleb(len(kinds))) + references
        self.size = len(self.head)
        names = [kind[0] for kind in kinds]
        self.write = WRITERS.get(names[0]) if len(names) == 1 else None
        self.readers = tuple(READERS[name] for name in names) if all(name in READERS for name in names) else None

    def encode(self, values):
        if self.write:
            data = self.write(values[0])
            if data is not None:
                return self.head + data
        encoder = Encoder()
        for index, (kind, value) in enumerate(zip(self.kinds, values, strict=True)):
            encoder.value(kind, value, f"value {index + 1}")
        return self.head + encoder.values

    def decode(self, data):
        if self.readers is None or data[: self.size] != self.head:
            return decode_any(data, self.kinds)
        at = self.size
        values = []
        for read in self.readers:
            value, at = read(data, at)
            values.append(value)
        if at != len(data):
            raise CandidError("the message is cut short" if at > len(data) else "the message has bytes left over")
        return values


plans = {}


def plan_of(kinds):
    plan = plans.get(kinds)
    if plan is None:
        plan = plans[kinds] = Plan(kinds)
    return plan


# The short ways: writers give None for a value that needs the long way, where its error is told.


def write_text(value):
    if type(value) is not str:
        return None
    data = value.encode()
    size = len(data)
    return (bytes((size,)) if size < 128 else bytes(uleb(size))) + data


def write_nat(value):
    if type(value) is not int or value < 0:
        return None
    return bytes((value,)) if value < 128 else bytes(uleb(value))


def write_nat64(value):
    return value.to_bytes(8, "little") if type(value) is int and 0 <= value < 2**64 else None


def write_bool(value):
    return b"\1" if value is True else b"\0" if value is False else None


WRITERS = {"text": write_text, "nat": write_nat, "nat64": write_nat64, "bool": write_bool}


def read_nat(data, at):
    value = shift = 0
    while True:
        if at >= len(data):
            raise CandidError("the message is cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_text(data, at):
    size, at = read_nat(data, at)
    end = at + size
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError:
        raise CandidError("a text is not UTF-8") from None


def read_nat64(data, at):
    return int.from_bytes(data[at : at + 8], "little"), at + 8


READERS = {"text": read_text, "nat": read_nat, "nat64": read_nat64}


class Decoder:
    def __init__(self, data):
        self.data = data
        self.at = 0
        self.table = []
        self.empty_items = 0

    def take(self, size):
        end = self.at + size
        if end > len(self.data):
            raise CandidError("the message is cut short")
        part = self.data[self.at : end]
        self.at = end
        return part

    def uleb(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def sleb(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value - (1 << shift) if byte & 0x40 else value

    def header(self):
        """Reads the table; gives the types of the values."""
        if self.take(4) != b"DIDL":
            raise CandidError("this is not a Candid message")
        for _ in range(self.count()):
            self.table.append(self.entry())
        return [self.sleb() for _ in range(self.count())]

    def count(self):
        number = self.uleb()
        if number > len(self.data):
            raise CandidError("the message is cut short")
        return number

    def entry(self):
        opcode = self.sleb()
        name = NAMES.get(opcode)
        if name in ("opt", "vec"):
            return (name, self.sleb())
        if name in ("record", "variant"):
            return (name, tuple((self.uleb(), self.sleb()) for _ in range(self.count())))
        if name == "func":
            for _ in range(2):
                for _ in range(self.count()):
                    self.sleb()
            self.take(self.count())
            return (name,)
        if name == "service":
            for _ in range(self.count()):
                self.take(self.uleb())
                self.sleb()
            return (name,)
        self.take(self.uleb())
        return ("future",)

    def wire(self, reference):
        if reference < 0:
            name = NAMES.get(reference)
            if name is None:
                raise CandidError(f"type {reference} is unknown")
            return (name,)
        if reference >= len(self.table):
            raise CandidError(f"type {reference} is not in the table")
        return self.table[reference]

    def value(self, reference, expected, path):
        expected = resolve(expected)
        wire = self.wire(reference)
        want, have = expected[0], wire[0]
        if want == "opt":
            return self.optional(wire, reference, expected, path)
        if want == "reserved":
            self.skip(reference)
            return None
        if want != have and not (want == "int" and have == "nat"):
            raise CandidError(f"{path}: expected {want}, got {have}")
        if want == "vec":
            return self.vector(wire, expected, path)
        if want == "record":
            return self.record(wire, expected, path)
        if want == "variant":
            return self.variant(wire, expected, path)
        return self.plain(have)

    def plain(self, name):
        if name == "text":
            try:
                return self.take(self.uleb()).decode()
            except UnicodeDecodeError:
                raise CandidError("a text is not UTF-8") from None
        if name == "nat":
            return self.uleb()
        if name == "int":
            return self.sleb()
        if name in FIXED:
            form = FIXED[name][0]
            return struct.unpack(form, self.take(struct.calcsize(form)))[0]
        if name == "bool":
            byte = self.take(1)[0]
            if byte > 1:
                raise CandidError("a bool is neither 0 nor 1")
            return byte == 1
        if name == "principal":
            if self.take(1) != b"\x01":
                raise CandidError("an opaque reference cannot be read")
            return Principal(self.take(self.uleb()))
        if name in ("null", "reserved"):
            return None
        raise CandidError(f"a value of type {name} cannot be read")

    def optional(self, wire, reference, expected, path):
        """A value that does not fit reads as None: that is how interfaces may grow."""
        inner = resolve(expected[1])
        if wire[0] in ("null", "reserved"):
            self.skip(reference)
            return None
        if wire[0] == "opt":
            if self.take(1) == b"\x00":
                return None
            return self.attempt(wire[1], inner, path)
        return None if inner[0] in ("opt", "null", "reserved") and self.skip(reference) is None else self.attempt(reference, inner, path)

    def attempt(self, reference, inner, path):
        start = self.at
        try:
            value = self.value(reference, inner, path)
        except CandidError:
            self.at = start
            self.skip(reference)
            return None
        return [value] if inner[0] == "opt" and value is None else value

    def vector(self, wire, expected, path):
        length = self.uleb()
        if expected[1] == ("nat8",) and self.wire(wire[1])[0] == "nat8":
            return bytes(self.take(length))
        items = []
        for index in range(length):
            start = self.at
            items.append(self.value(wire[1], expected[1], f"{path}[{index}]"))
            self.charge(start)
        return items

    def charge(self, start):
        self.empty_items += self.at == start
        if self.empty_items > MAX_EMPTY_ITEMS:
            raise CandidError("the message has too many values without content")

    def record(self, wire, expected, path):
        fields = {label_id(label): (label, field) for label, field in expected[2]}
        found = {}
        for number, reference in wire[1]:
            if number in fields:
                label, field = fields.pop(number)
                found[label] = self.value(reference, field, f"{path}.{label}")
            else:
                self.skip(reference)
        for label, field in fields.values():
            if resolve(field)[0] not in ("opt", "null", "reserved"):
                raise CandidError(f"{path}: '{label}' is missing")
            found[label] = None
        if expected[1] is None:
            return tuple(found[index] for index in sorted(found))
        return make(expected[1], found)

    def variant(self, wire, expected, path):
        index = self.uleb()
        if index >= len(wire[1]):
            raise CandidError(f"{path}: there is no case {index}")
        number, reference = wire[1][index]
        for label, field in expected[2]:
            if label_id(label) == number:
                return expected[1](label, self.value(reference, field, f"{path}.{label}"))
        raise CandidError(f"{path}: a case that {expected[1].__name__} does not have")

    def skip(self, reference):
        wire = self.wire(reference)
        name = wire[0]
        if name == "opt":
            if self.take(1) != b"\x00":
                self.skip(wire[1])
        elif name == "vec":
            for _ in range(self.uleb()):
                start = self.at
                self.skip(wire[1])
                self.charge(start)
        elif name == "record":
            for _, field in wire[1]:
                self.skip(field)
        elif name == "variant":
            index = self.uleb()
            if index >= len(wire[1]):
                raise CandidError("a variant has a case that its type does not have")
            self.skip(wire[1][index][1])
        elif name == "func":
            self.take(2)
            self.take(self.uleb())
            self.take(self.uleb())
        elif name == "service":
            self.take(1)
            self.take(self.uleb())
        elif name == "future":
            size = self.uleb()
            self.uleb()
            self.take(size)
        else:
            self.plain(name)


def make(cls, fields):
    """An object of a user's class: of a Record, of a dataclass, or of any other with these attributes."""
    try:
        return cls(**fields)
    except TypeError:
        made = cls.__new__(cls)
        for name, value in fields.items():
            setattr(made, name, value)
        return made


def decode(data, kinds):
    return plan_of(kinds).decode(data)


def decode_any(data, kinds):
    decoder = Decoder(data)
    references = decoder.header()
    values = []
    for index, kind in enumerate(kinds):
        if index < len(references):
            values.append(decoder.value(references[index], kind, f"argument {index + 1}"))
        elif resolve(kind)[0] in ("opt", "null", "reserved"):
            values.append(None)
        else:
            raise CandidError(f"argument {index + 1} is missing")
    for reference in references[len(kinds) :]:
        decoder.skip(reference)
    if decoder.at != len(data):
        raise CandidError("the message has bytes left over")
    return values
