import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {User} from '../support/user.js'

const MAIN = `from __future__ import annotations

from icicle import *
from dataclasses import dataclass
from helper import double

state = {"n": 0, "ticks": 0, "beats": 0}


@dataclass
class Point:
    x: int
    y: nat64
    label: str | None = None


class Shape(Variant):
    circle: float
    point: Point
    nothing: None


class Tree(Record):
    value: nat
    children: list[Tree]


@init
def setup(start: nat):
    state["n"] = start


@update
def add(n: nat) -> nat:
    state["n"] += n
    return double(state["n"]) // 2


@query
def get() -> nat:
    return state["n"]


@query
def ticks() -> nat:
    return state["ticks"]


@query
def shape(value: Shape) -> Shape:
    return value


@query
def tree(value: Tree) -> Tree:
    return value


@query
def everything(a: blob, b: Principal, c: tuple[text, int8], d: bool | None, e: float32, f: list[nat16]) -> tuple[blob, Principal, tuple[text, int8], bool | None, float32, list[nat16]]:
    return (a, b, c, d, e, f)


@query
def who() -> Principal:
    return caller()


@update
async def two(other: Principal) -> list[text]:
    out = []
    first = await call(other, "add", (nat,), (1,), returns=(nat,))
    out.append(str(first))
    try:
        await call(other, "fail")
    except CallError as error:
        out.append(f"rejected with {error.code}")
    second = await call(other, "add", (nat,), (1,), returns=(nat,))
    out.append(str(second))
    return out


@update
async def trap_after_call() -> None:
    state["n"] += 1000
    await raw_rand()
    state["n"] += 1000
    raise ValueError("after the call")


@update
def fail() -> None:
    raise ValueError("on purpose")


@update
def wrong() -> nat:
    return "text"


@update
async def random() -> blob:
    return await raw_rand()


@update
def later() -> None:
    def ring():
        state["ticks"] += 1
    set_timer(3600, ring)


@timer(86400)
def daily():
    state["ticks"] += 100


@inspect_message
def inspect() -> bool:
    return method_name() != "forbidden"


@update
def forbidden() -> None:
    pass


@update
def certify(data: blob) -> None:
    certified_data_set(data)


@query
def certificate() -> bool:
    return data_certificate() is not None


@query
def greet_cost(name: text) -> nat64:
    greeting = f"Hello, {name}!"
    return instruction_count() + 0 * len(greeting)


@pre_upgrade
def save():
    stable_save(state)


@post_upgrade
def load():
    state.update(stable_load())
`

const TEST = `import assert from 'node:assert/strict'
import {after, before, it} from 'node:test'
import {startNetwork} from 'icicle/testing'

let network, canister, other
before(async () => {
  network = await startNetwork()
  canister = await network.deploy('snake_backend', {argument: '(5)'})
  other = await network.deploy('other', {argument: '(10)'})
})
after(() => network.stop())

it('takes init arguments and keeps state between messages', async () => {
  assert.equal(await canister.get(), 5n)
  assert.equal(await canister.add(2n), 7n)
})

it('passes values of all kinds', async () => {
  for (const value of [{circle: 2.5}, {nothing: null}, {point: {x: -3n, y: 4n, label: ['a']}}, {point: {x: 0n, y: 0n, label: []}}])
    assert.deepEqual(await canister.shape(value), value)
  const tree = {value: 1n, children: [{value: 300n, children: []}]}
  assert.deepEqual(await canister.tree(tree), tree)
  const id = network.identity('alice').getPrincipal()
  const values = [Uint8Array.of(0, 255), id, ['ä', -128], [true], 0.5, Uint16Array.of(1, 65535)]
  assert.equal(JSON.stringify(await canister.everything(...values)), JSON.stringify(values))
})

it('knows its caller', async () => {
  const alice = network.identity('alice')
  assert.equal(String(await (await network.actor('snake_backend', alice)).who()), String(alice.getPrincipal()))
})

it('awaits calls of another canister, and catches a reject between them', async () => {
  assert.deepEqual(await canister.two(network.canisterId('other')), ['11', 'rejected with 5', '12'])
})

it('loses only what a trap after a call undoes', async () => {
  const before = await canister.get()
  await assert.rejects(canister.trap_after_call(), /ValueError: after the call/)
  assert.equal(await canister.get(), before + 1000n)
  assert.equal(await canister.add(0n), before + 1000n)
})

it('tells errors with their place', async () => {
  await assert.rejects(canister.fail(), /File "src\\/snake_backend\\/main\\.py", line \\d+, in fail[\\s\\S]*ValueError: on purpose/)
  await assert.rejects(canister.wrong(), /wrong returned something else than its type: value 1: expected nat, got 'text'/)
})

it('has randomness, certified data, inspect_message', async () => {
  const [one, two] = [await canister.random(), await canister.random()]
  assert.equal(one.length, 32)
  assert.notDeepEqual(one, two)
  await canister.certify(Uint8Array.of(1, 2, 3))
  assert.equal(await canister.certificate(), true)
  await assert.rejects(canister.forbidden(), /did not accept/)
})

it('has timers', async () => {
  await canister.later()
  await network.advanceTime({minutes: 59})
  assert.equal(await canister.ticks(), 0n)
  await network.advanceTime({minutes: 2})
  assert.equal(await canister.ticks(), 1n)
  await network.advanceTime({days: 1})
  assert.equal(await canister.ticks(), 101n)
})

it('keeps what it saved through an upgrade', async () => {
  const before = await canister.get()
  await network.upgrade('snake_backend', {argument: '(1)'})
  assert.equal(await canister.get(), before)
  assert.equal(await canister.add(1n), before + 1n)
})

it('greets with few instructions', async () => {
  assert.ok((await canister.greet_cost('world')) < 75_000n)
})
`

describe('canisters in Python', function () {
  this.timeout(240_000)
  const user = new User()
  const project = 'snake'
  const write = (path: string, text: string): void => {
    const file = join(user.work, project, ...path.split('/'))
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, text)
  }

  before(() => {
    user.succeed('', 'new', project, '--type', 'python', '--no-frontend')
    const canister = {type: 'python', main: 'src/snake_backend/main.py'}
    write('dfx.json', JSON.stringify({version: 1, canisters: {snake_backend: canister, other: canister}}))
    write('src/snake_backend/main.py', MAIN)
    write('src/snake_backend/helper.py', 'def double(x):\n    return 2 * x\n')
    write('test/backend.test.js', TEST)
  })
  after(() => user.leave())

  it('do all that a canister does', () => {
    const {exitCode, stdout, stderr} = user.run(project, 'test')
    assert.equal(exitCode, 0, stdout + stderr)
    assert.match(stdout, /pass 10\b/)
  })

  it('fail the test of an upgrade that saves nothing (planted)', () => {
    write('src/snake_backend/main.py', MAIN.replace('    stable_save(state)', '    stable_save({})'))
    const {exitCode, stdout} = user.run(project, 'test', '--name', 'init arguments|through an upgrade')
    assert.equal(exitCode, 1)
    assert.match(stdout, /✖ keeps what it saved/)
  })
})
