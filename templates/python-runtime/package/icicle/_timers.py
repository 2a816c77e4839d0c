"""Functions that run later. Timers are forgotten by an upgrade; those of `@timer` start again."""

import heapq

import _ic0

_queue = []
_alive = {}
_last = 0


def set_timer(seconds, function):
    """Calls the function once. Gives a number for clear_timer."""
    return _add(seconds, function, None)


def set_interval(seconds, function):
    """Calls the function again and again."""
    return _add(seconds, function, seconds)


def clear_timer(number):
    _alive.pop(number, None)
    arm()


def _add(seconds, function, period):
    global _last
    _last += 1
    _alive[_last] = (function, period)
    heapq.heappush(_queue, (_ic0.time_ns() + int(seconds * 1_000_000_000), _last))
    arm()
    return _last


def arm():
    while _queue and _queue[0][1] not in _alive:
        heapq.heappop(_queue)
    _ic0.global_timer_set(_queue[0][0] if _queue else 0)


def take_due():
    """The functions whose time has come."""
    now = _ic0.time_ns()
    due = []
    while _queue and _queue[0][0] <= now:
        _, number = heapq.heappop(_queue)
        if number not in _alive:
            continue
        function, period = _alive[number]
        due.append(function)
        if period is None:
            del _alive[number]
        else:
            heapq.heappush(_queue, (now + int(period * 1_000_000_000), number))
    arm()
    return due
