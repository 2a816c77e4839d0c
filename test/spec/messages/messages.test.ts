/** Digest execution-and-cycles sections 1, 2, 4 and 8: messages between users and canisters, over HTTP with the unmodified agent. */

import assert from 'node:assert/strict'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {
  type CanisterId,
  canisterIdFromNumber,
  MANAGEMENT_CANISTER_ID,
  principalToBytes,
  principalToText,
} from '../../../src/protocol/principal.js'
import {changeSettings, managementArgument, pause, until, useUniversalNetwork} from '../../support/universal-network.js'
import {
  append,
  appendNumber,
  appendRead,
  getRegister,
  ic0,
  invoke,
  makeCall,
  op,
  type Piece,
  print,
  program,
  push,
  reject,
  reply,
  setHook,
  setRegister,
  trap,
} from '../universal/program.js'

const NO_ARGUMENTS = new Uint8Array(Buffer.from('DIDL\0\0'))
const sent: Piece = ic0('msg_reply')
const numberReply = (...value: Piece[]): Piece[] => [...value, appendNumber, sent]
const toNumber = (text: string): number => text.charCodeAt(0)

/** Replies with the callee's reply, or `CODE text` of its reject. */
const passOn = {
  onReply: [appendRead('msg_arg_data'), sent],
  onReject: [append('reject '), appendRead('msg_reject_msg'), sent],
}
const onRejectCode = {onReject: numberReply(ic0('msg_reject_code'))}

describe('messages over HTTP', () => {
  const net = useUniversalNetwork()
  let a: CanisterId
  let b: CanisterId
  before(async () => {
    a = await net.install()
    b = await net.install()
  })
  const callB = (pieces: readonly Piece[], options: object = passOn): Piece =>
    makeCall(b, {payload: program(...pieces), ...passOn, ...options})
  const idB = (): string => principalToText(b)

  describe('calls between canisters', () => {
    const cases: readonly {what: string; pieces: () => readonly Piece[]; answer: string | (() => string)}[] = [
      {what: 'a reply', pieces: () => [callB([reply('yes')])], answer: 'yes'},
      {what: 'an explicit reject', pieces: () => [callB([reject('no')])], answer: 'reject no'},
      {
        what: 'a trap, with its error code',
        pieces: () => [callB([trap('oh')])],
        answer: () => `reject IC0503: Error from Canister ${idB()}: Canister called \`ic0.trap\` with message: 'oh'`,
      },
      {what: 'no answer at all', pieces: () => [callB([])], answer: 'reject No response'},
      {
        what: 'a missing method',
        pieces: () => [callB([], {method: 'nope'})],
        answer: () => `reject IC0536: Error from Canister ${idB()}: Canister has no update method 'nope'`,
      },
      {what: 'a composite query', pieces: () => [callB([], {method: 'composite'})], answer: () => `reject IC0527: `},
      {what: 'a query method, replicated', pieces: () => [callB([reply('q')], {method: 'query'})], answer: 'q'},
      {
        what: 'a canister that does not exist',
        pieces: () => [makeCall(canisterIdFromNumber(9n), passOn)],
        answer: () => `reject Canister ${principalToText(canisterIdFromNumber(9n))} not found`,
      },
      {what: 'an id on no subnet', pieces: () => [makeCall('fffe' as CanisterId, passOn)], answer: () => 'reject No route to canister '},
      {
        what: 'a management method that does not exist',
        pieces: () => [makeCall(MANAGEMENT_CANISTER_ID, {method: 'nope', ...passOn})],
        answer: "reject Management canister has no method 'nope'",
      },
      {
        what: 'an argument that is no Candid',
        pieces: () => [makeCall(MANAGEMENT_CANISTER_ID, {method: 'canister_status', payload: 'x', ...passOn})],
        answer: 'reject Error decoding candid: ',
      },
      {
        what: 'logs by a replicated call',
        pieces: () => [
          makeCall(MANAGEMENT_CANISTER_ID, {
            method: 'fetch_canister_logs',
            payload: managementArgument('fetch_canister_logs', {canister_id: b}),
            ...passOn,
          }),
        ],
        answer: 'reject fetch_canister_logs API is only accessible to end users in non-replicated mode',
      },
      {what: 'a call to itself', pieces: () => [makeCall(a, {payload: program(reply('self')), ...passOn})], answer: 'self'},
    ]
    for (const {what, pieces, answer} of cases)
      it(`bring back ${what}`, async () => {
        const text = await net.update(a, ...pieces())
        const expected = typeof answer === 'string' ? answer : answer()
        assert.ok(text.startsWith(expected), `${text}\n${expected}`)
      })

    const codes: readonly {what: string; pieces: () => Piece; code: number}[] = [
      {what: 'a reject is 4', pieces: () => callB([reject('')], onRejectCode), code: 4},
      {what: 'a trap is 5', pieces: () => callB([trap('')], onRejectCode), code: 5},
      {what: 'a missing canister is 3', pieces: () => makeCall(canisterIdFromNumber(9n), onRejectCode), code: 3},
    ]
    for (const {what, pieces, code} of codes) it(what, async () => assert.equal(toNumber(await net.update(a, pieces())), code))

    it('give up at their deadline: code 6, and the late answer is ignored', async () => {
      const silent = createServer(() => {})
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
      const request = {url, max_response_bytes: [10n], method: {get: null}, headers: [], body: [], transform: [], is_replicated: []}
      const waiting = makeCall(MANAGEMENT_CANISTER_ID, {
        method: 'http_request',
        cycles: 10_000_000_000n,
        payload: managementArgument('http_request', request),
        onReply: [reply('too late')],
        onReject: [reply('too late')],
      })
      const code = await net.update(a, callB([waiting], {timeoutSeconds: 1, ...onRejectCode}))
      silent.closeAllConnections()
      silent.close()
      assert.equal(toNumber(code), 6)
      assert.equal(await net.update(a, callB([reply('still fine')])), 'still fine')
    })

    it('keep their order between two canisters', async () => {
      const store = (value: number): Piece =>
        makeCall(b, {
          payload: program([...getRegister(4), ...push(10), ...op('drop'), ...op('drop')], [...push(value), ...setRegister(4)], reply()),
        })
      await net.update(a, ...Array.from({length: 20}, (_, index) => store(index + 1)), reply())
      assert.equal(toNumber(await net.query(b, numberReply(getRegister(4)))), 20)
    })

    it('commit what was done before a call, and drop what a trap in the callback did', async () => {
      const text = await net.update(
        a,
        [...push(1), ...setRegister(5)],
        callB([reply()], {onReply: [[...push(2), ...setRegister(5)], trap('late')]}),
      )
      assert.match(text, /^IC0503: .*late/)
      assert.equal(toNumber(await net.query(a, numberReply(getRegister(5)))), 1)
    })

    it('run the cleanup when a callback traps', async () => {
      const text = await net.update(a, callB([reply()], {onReply: [trap('late')], onCleanup: [[...push(7), ...setRegister(6)]]}))
      assert.match(text, /^IC0503: .*late/)
      assert.equal(toNumber(await net.query(a, numberReply(getRegister(6)))), 7)
    })

    it('tell both errors when the cleanup traps, too', async () => {
      const text = await net.update(a, callB([reply()], {onReply: [trap('one')], onCleanup: [trap('two')]}))
      assert.match(text, /one[\s\S]*call_on_cleanup also failed:[\s\S]*two/)
    })

    it('answer the first of several calls and ignore the others', async () => {
      assert.equal(await net.update(a, callB([reply('first')]), callB([reply('second')], {onReply: [], onReject: []})), 'first')
    })

    it('let the last callback answer', async () => {
      const last = callB([reply('second')])
      assert.equal(await net.update(a, callB([reply('first')], {onReply: [last]})), 'second')
    })

    it('fill a queue of 500, after which call_perform says 2', async () => {
      const calls = Array.from({length: 501}, () => makeCall(b, {payload: program(reply())}))
      const results = calls.map((call, index): Piece => (index === 500 ? [...call, ...setRegister(7)] : [...call, ...op('drop')]))
      assert.equal(toNumber(await net.update(a, ...results, ...numberReply(getRegister(7)))), 2)
    })
  })

  describe('cycles', () => {
    it('that were accepted stay, the others come back', async () => {
      const accept = [...invoke('msg_cycles_accept128', 0, 400, 65_536 - 16)]
      const bytes = await net.updateBytes(
        a,
        callB([accept, reply()], {
          cycles: 1000n,
          onReply: [[...invoke('msg_cycles_refunded128', 65_536 - 16), ...push(65_536 - 16), ...op('load'), ...appendNumber], sent],
        }),
      )
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true), 600n)
    })

    it('come back from a canister that traps', async () => {
      const bytes = await net.updateBytes(
        a,
        callB([trap('')], {
          cycles: 1000n,
          onReject: [[...invoke('msg_cycles_refunded128', 65_536 - 16), ...push(65_536 - 16), ...op('load'), ...appendNumber], sent],
        }),
      )
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true), 1000n)
    })

    it('below the minimum of a canister reject the call', async () => {
      const c = await net.install()
      await net.manage('update_settings', changeSettings(c, {minimum_incoming_canister_call_cycles: [500n]}), c)
      const call = (cycles: bigint): Promise<string> => net.update(a, makeCall(c, {payload: program(reply('in')), cycles, ...passOn}))
      assert.match(await call(499n), /^reject /)
      assert.equal(await call(500n), 'in')
      assert.equal(await net.update(c, reply('users pass')), 'users pass')
    })
  })

  describe('stopping', () => {
    it('waits for open calls, refuses new ones, and is answered when the last has come back', async () => {
      const c = await net.install()
      const [answer, stopped] = await Promise.all([
        net.update(c, makeCall(MANAGEMENT_CANISTER_ID, {method: 'raw_rand', payload: NO_ARGUMENTS, onReply: [reply('came back')]})),
        net.manage('stop_canister', {canister_id: c}, c),
      ])
      assert.notEqual(typeof stopped, 'string')
      assert.ok(answer === 'came back' || answer.startsWith('IC0508') || answer.startsWith('IC0509'), answer)
      assert.match(await net.update(c, reply()), /^IC0508: Canister .* is stopped$/)
      assert.match(await net.query(c, [reply()]), /^IC0508: /)
      assert.match(await net.update(a, makeCall(c, passOn)), /^reject Canister .* is stopped$/)
      await net.manage('start_canister', {canister_id: c}, c)
      assert.equal(await net.update(c, reply('again')), 'again')
    })

    it('and deleting: nothing is left, and nobody finds it', async () => {
      const c = await net.install()
      assert.match(String(await net.manage('delete_canister', {canister_id: c}, c)), /^IC0510: /)
      await net.manage('stop_canister', {canister_id: c}, c)
      await net.manage('delete_canister', {canister_id: c}, c)
      const text = principalToText(c)
      assert.equal(await net.update(c, reply()), `IC0301: Canister ${text} not found`)
      assert.equal(await net.query(c, [reply()]), `IC0301: Canister ${text} not found`)
      assert.equal(await net.update(a, makeCall(c, passOn)), `reject Canister ${text} not found`)
    })

    it('uninstalling answers open calls', async () => {
      const c = await net.install()
      const waiting = net.update(
        c,
        makeCall(c, {payload: program(makeCall(MANAGEMENT_CANISTER_ID, {method: 'raw_rand', payload: NO_ARGUMENTS})), onReply: []}),
      )
      const uninstalled = net.manage('uninstall_code', {canister_id: c, sender_canister_version: []}, c)
      const [answer] = await Promise.all([waiting, uninstalled])
      assert.match(answer, /^IC0406: Canister has been uninstalled\.$|^IC0506: |^IC0537: |^IC0503: /)
      assert.match(await net.update(c, reply()), /^IC0537: /)
    })
  })

  describe('tasks', () => {
    it('a timer fires once when it is due, at the block time', async () => {
      const c = await net.install()
      await net.update(
        c,
        setHook('canister_global_timer', [...getRegister(1), ...push(1), ...op('add'), ...setRegister(1)]),
        [...ic0('time'), ...push(200_000_000), ...op('add'), ...ic0('global_timer_set'), ...op('drop')],
        reply(),
      )
      const count = async (): Promise<number> => toNumber(await net.query(c, numberReply(getRegister(1))))
      await until(async () => (await count()) === 1)
      await pause(300)
      assert.equal(await count(), 1)
    })

    it('a heartbeat runs without anybody calling', async () => {
      const c = await net.install({hooks: ['canister_heartbeat']}, [
        setHook('canister_heartbeat', [...getRegister(1), ...push(1), ...op('add'), ...setRegister(1)]),
      ])
      const count = async (): Promise<number> => toNumber(await net.query(c, numberReply(getRegister(1))))
      await until(async () => (await count()) >= 2)
      await net.manage('stop_canister', {canister_id: c}, c)
    })

    it('a trap in a timer is seen in the log only', async () => {
      const c = await net.install()
      await net.update(
        c,
        setHook('canister_global_timer', print('ticking'), trap('timer')),
        [...ic0('time'), ...ic0('global_timer_set'), ...op('drop')],
        reply(),
      )
      await until(async () => (await fetchLogs(c)).some((line) => line.includes('timer')))
      assert.equal((await fetchLogs(c))[0], 'ticking')
    })
  })

  const fetchLogs = async (c: CanisterId): Promise<string[]> => {
    const records = (await net.queryManagement('fetch_canister_logs', {canister_id: c})) as {canister_log_records: {content: Uint8Array}[]}
    return records.canister_log_records.map(({content}) => Buffer.from(content).toString())
  }

  describe('composite queries', () => {
    const ask = (pieces: readonly Piece[]): Promise<string> => net.query(a, pieces, 'composite')
    const depth = (levels: number): Piece[] =>
      levels === 0 ? [reply('deep')] : [makeCall(a, {method: 'composite', payload: program(...depth(levels - 1)), ...passOn})]

    const cases: readonly {what: string; pieces: () => readonly Piece[]; answer: string | RegExp}[] = [
      {
        what: 'call queries of other canisters',
        pieces: () => [makeCall(b, {method: 'query', payload: program(reply('b')), ...passOn})],
        answer: 'b',
      },
      {
        what: 'do not call updates',
        pieces: () => [makeCall(b, {method: 'update', payload: program(reply('b')), ...passOn})],
        answer: /^reject .*no query method 'update'/,
      },
      {
        what: 'see a missing canister',
        pieces: () => [makeCall(canisterIdFromNumber(9n), {method: 'query', ...passOn})],
        answer: /^reject Canister .* not found$/,
      },
      {what: 'go six calls deep', pieces: () => depth(6), answer: 'deep'},
      {what: 'go no deeper', pieces: () => depth(7), answer: 'IC0525: Composite query calls exceeded the maximum call depth.'},
      {what: 'must answer', pieces: () => [], answer: /^IC0506: Canister .* did not produce a response$/},
      {
        what: 'ask the management canister for the status of what they control',
        pieces: () => [
          makeCall(MANAGEMENT_CANISTER_ID, {
            method: 'canister_status',
            payload: managementArgument('canister_status', {canister_id: a}),
            onReply: [reply('status')],
            onReject: passOn.onReject,
          }),
        ],
        answer: 'status',
      },
      {
        what: 'do not ask it for anything else',
        pieces: () => [makeCall(MANAGEMENT_CANISTER_ID, {method: 'raw_rand', payload: NO_ARGUMENTS, ...passOn})],
        answer: 'reject Query method raw_rand not found.',
      },
      {
        what: 'trap for all',
        pieces: () => [makeCall(b, {method: 'query', payload: program(reply()), onReply: [trap('back')], onReject: []})],
        answer: /^IC0503: .*back/,
      },
    ]
    for (const {what, pieces, answer} of cases)
      it(what, async () => {
        const text = await ask(pieces())
        if (typeof answer === 'string') assert.equal(text, answer)
        else assert.match(text, answer)
      })

    it('leave no trace', async () => {
      await ask([[...push(9), ...setRegister(9)], reply()])
      assert.equal(toNumber(await net.query(a, numberReply(getRegister(9)))), 0)
    })
  })

  describe('inspect_message', () => {
    it('sees method, argument and sender, and is not asked by canisters', async () => {
      const c = await net.install()
      await net.update(c, setHook('canister_inspect_message', trap('never')), reply())
      assert.match(await net.update(c, reply()), /^IC0503: .*never/)
      assert.equal(await net.update(a, makeCall(c, {payload: program(reply('inside')), ...passOn})), 'inside')
    })
  })

  it('randomness is different each time', async () => {
    const draw = async (): Promise<string> =>
      Buffer.from(
        await net.updateBytes(a, makeCall(MANAGEMENT_CANISTER_ID, {method: 'raw_rand', payload: NO_ARGUMENTS, ...passOn})),
      ).toString('hex')
    const [one, two] = [await draw(), await draw()]
    assert.match(one, /^4449444c016d7b010020[0-9a-f]{64}$/)
    assert.notEqual(one, two)
  })

  it('planted bug: a callee that answers twice would be noticed', async () => {
    const text = await net.update(a, callB([reply('once'), reply('twice')]))
    assert.match(text, /^reject IC0504: |^reject IC0502: /)
  })

  it('a caller is who it says', async () => {
    const bytes = await net.updateBytes(a, callB([appendRead('msg_caller'), sent]))
    assert.deepEqual(bytes, principalToBytes(a))
    assert.deepEqual(await net.updateBytes(a, appendRead('msg_caller'), sent), (await net.agent.getPrincipal()).toUint8Array())
  })
})
