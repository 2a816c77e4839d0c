"""Questions to the system."""

import _ic0

from icicle._types import Principal


def caller():
    """Who called the method that runs. In an async method, ask before the first await."""
    return Principal(_ic0.caller())


def self_id():
    return Principal(_ic0.canister_self())


def time_ns():
    """Nanoseconds since 1970; the same during one message."""
    return _ic0.time_ns()


def method_name():
    """In inspect_message: the method that is called."""
    return _ic0.method_name().decode()


def accept_message():
    """In inspect_message: lets the call in."""
    _ic0.accept_message()


def is_controller(principal):
    return _ic0.is_controller(principal.bytes)


def canister_version():
    return _ic0.canister_version()


def in_replicated_execution():
    return bool(_ic0.in_replicated_execution())


def instruction_count(whole_call=False):
    """Instructions of this message, or of the call with all its callbacks."""
    return _ic0.performance_counter(1 if whole_call else 0)


def cycle_balance():
    return _ic0.cycle_balance()


def cycles_available():
    return _ic0.cycles_available()


def cycles_accept(amount):
    """Takes up to `amount` of the cycles that came with the call; gives how many it were."""
    return _ic0.cycles_accept(amount)


def cycles_refunded():
    return _ic0.cycles_refunded()


def certified_data_set(data):
    """At most 32 bytes that the network certifies."""
    _ic0.certified_data_set(bytes(data))


def data_certificate():
    """In a query: the certificate of the data, else None."""
    return _ic0.data_certificate() if _ic0.data_certificate_present() else None


def trap(message):
    """Ends the message and undoes what it changed."""
    _ic0.trap(message.encode())
