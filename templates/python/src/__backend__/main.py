"""Greets, and counts how often it was asked to."""

from icicle import nat, post_upgrade, pre_upgrade, query, stable_load, stable_save, text, update

count = 0


@query
def greet(name: text) -> text:
    return f"Hello, {name}!"


@update
def increment() -> nat:
    global count
    count += 1
    return count


@query
def get() -> nat:
    return count


@pre_upgrade
def save():
    stable_save({"count": count})


@post_upgrade
def load():
    global count
    count = stable_load({"count": 0})["count"]
