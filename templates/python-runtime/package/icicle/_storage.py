"""Stable memory: it is kept when the canister is upgraded, Python's objects are not."""

import pickle

import _ic0

PAGE = 65536
MAGIC = b"ICPY"

stable_size = _ic0.stable_size
stable_read = _ic0.stable_read
stable_write = _ic0.stable_write


def stable_grow(pages):
    """Gives the size before, in pages of 64 KiB. Raises MemoryError."""
    before = _ic0.stable_grow(pages)
    if before < 0:
        raise MemoryError("stable memory cannot grow")
    return before


def stable_save(value):
    """Writes an object to the start of stable memory: in pre_upgrade, what is to survive. Layout: "ICPY", size in 8 bytes, pickle."""
    data = pickle.dumps(value, protocol=5)
    content = MAGIC + len(data).to_bytes(8, "little") + data
    missing = -(-len(content) // PAGE) - stable_size()
    if missing > 0:
        stable_grow(missing)
    stable_write(0, content)


def stable_load(default=None):
    """Reads the object that stable_save wrote; `default` when it never did."""
    if stable_size() == 0:
        return default
    head = stable_read(0, 12)
    if head[:4] != MAGIC:
        return default
    return pickle.loads(stable_read(12, int.from_bytes(head[4:], "little")))
