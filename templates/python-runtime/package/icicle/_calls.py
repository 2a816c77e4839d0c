"""Calls of other canisters: `await call(canister, "method", (nat, text), (1, "a"), returns=(text,))`."""

import _ic0

from icicle._candid import decode, encode
from icicle._types import Principal, type_of


class CallError(Exception):
    """The call was rejected. `code` is the reject code, 1 to 6; 2 also when it could not be sent."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Call:
    """Sent when it is awaited."""

    def __init__(self, canister, method, data, cycles, read):
        self.canister = Principal(canister) if isinstance(canister, str) else canister
        self.method = method
        self.data = data
        self.cycles = cycles
        self.read = read

    def __await__(self):
        return (yield self)


def call(canister, method, arguments=(), values=(), *, returns=(), cycles=0):
    """`arguments` and `returns` are types, `values` go with `arguments`. One returned value comes alone, several as a tuple, none as None."""
    data = values if arguments is bytes else encode(tuple(map(type_of, _several(arguments))), _several(values))
    kinds = () if returns is bytes else tuple(map(type_of, _several(returns)))

    def read(reply):
        if returns is bytes:
            return reply
        found = decode(reply, kinds)
        return tuple(found) if len(found) > 1 else found[0] if found else None

    return Call(canister, method, data, cycles, read)


def notify(canister, method, arguments=(), values=(), *, cycles=0):
    """Sends a call whose answer nobody waits for. Raises CallError when it cannot be sent."""
    sent = call(canister, method, arguments, values, cycles=cycles)
    code = send(sent, 0)
    if code:
        raise CallError(2, f"the call of '{method}' could not be sent (code {code})")


def _several(value):
    return value if isinstance(value, (tuple, list)) else (value,)


def send(made, number):
    return _ic0.call(made.canister.bytes, made.method, bytes(made.data), made.cycles, number)


async def raw_rand():
    """32 random bytes that nobody knew before."""
    return await call(Principal.management(), "raw_rand", returns=(bytes,))
