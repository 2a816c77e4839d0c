import assert from 'node:assert/strict'
import {toHex} from '../../../../src/base/bytes.js'
import {ANONYMOUS_PRINCIPAL, MANAGEMENT_CANISTER_ID, principalToText} from '../../../../src/protocol/principal.js'
import {stateHash} from '../../../../src/replica/state/state-hash.js'
import {
  appendNumber,
  appendRead,
  ic0,
  invoke,
  makeCall,
  type Piece,
  program,
  push,
  reject,
  reply,
  setHook,
  trap,
} from '../../../spec/universal/program.js'
import {aRuntime, aUniversalCanister, outcomeText} from '../../../spec/universal/universal-subnet.js'
import {aCanister, anIngress, idOf, START_NS} from '../makers.js'
import {aRealSubnet, managing, running} from './real-subnet.js'
import {SECOND, statusOf} from './subnet.js'

const ID = principalToText(idOf(0))
const three = () => [0, 1, 2].map((number) => aUniversalCanister({number}))

/** Calls `number` with a program and answers with what comes back: data, or the reject text. */
const forward = (number: number, pieces: readonly Piece[], options: object = {}): Piece[] => [
  makeCall(idOf(number), {
    payload: program(...pieces),
    onReply: [appendRead('msg_arg_data'), ic0('msg_reply')],
    onReject: [appendRead('msg_reject_msg'), ic0('msg_reply')],
    ...options,
  }),
]
const replyText = (subnet: ReturnType<typeof aRealSubnet>, message: ReturnType<typeof running>): string => {
  const entry = subnet.state.ingressHistory.get(message.id)
  return entry?.state.kind === 'terminal' ? outcomeText(entry.state.outcome) : String(entry?.state.kind)
}
const ask = (pieces: readonly Piece[], subnet = aRealSubnet(three())): string => {
  const message = running(pieces)
  subnet.run({ingress: [message]})
  return replyText(subnet, message)
}

describe('a batch on real canisters', () => {
  it('answers a call that calls two canisters deep', () => assert.equal(ask(forward(1, forward(2, [reply('deep')]))), 'deep'))

  const rejects: readonly {readonly what: string; readonly pieces: Piece[]; readonly expected: string | RegExp}[] = [
    {
      what: 'a trap with its error code',
      pieces: forward(1, [trap('oh')]),
      expected: /^IC0503: Error from Canister \S+: Canister called `ic0.trap` with message: '?oh/,
    },
    {what: "a callee's own words", pieces: forward(1, [reject('not today')]), expected: 'not today'},
    {what: 'no answer', pieces: forward(1, []), expected: 'No response'},
    {
      what: 'an unknown method with its error code',
      pieces: forward(1, [], {method: 'nope'}),
      expected: /^IC0536: Error from Canister \S+: Canister has no update method 'nope'/,
    },
    {what: 'an unknown canister', pieces: forward(9, []), expected: `Canister ${principalToText(idOf(9))} not found`},
    {
      what: 'an unknown management method',
      pieces: [...forwardToManagement('nope')],
      expected: "Management canister has no method 'nope'",
    },
  ]
  for (const {what, pieces, expected} of rejects)
    it(`tells a calling canister of ${what}`, () => {
      const text = ask(pieces)
      if (typeof expected === 'string') assert.equal(text, expected)
      else assert.match(text, expected)
    })

  it('gives raw_rand in the next round', () => {
    const subnet = aRealSubnet(three())
    const message = running(forwardToManagement('raw_rand'))
    subnet.run({ingress: [message]})
    assert.equal(replyText(subnet, message), 'processing')
    subnet.run()
    const entry = subnet.state.ingressHistory.get(message.id)!
    assert.ok(entry.state.kind === 'terminal' && entry.state.outcome.kind === 'reply')
    assert.match(toHex(entry.state.outcome.data), /^4449444c016d7b010020[0-9a-f]{64}$/)
  })

  it('runs a timer once it is due, with the block time', () => {
    const subnet = aRealSubnet([aUniversalCanister()])
    const due = START_NS + 5n * SECOND
    ask([invoke('global_timer_set', due), setHook('canister_global_timer', ic0('time'), [...push(1)]), reply()], subnet)
    subnet.run({timeNs: due - 1n})
    assert.equal(subnet.state.canisters.get(idOf(0))!.globalTimerNs, due)
    subnet.run({timeNs: due})
    assert.deepEqual(
      subnet.trace.slice(-1).map(({kind, outcome}) => [kind, outcome]),
      [['globalTimer', 'ok']],
    )
  })

  it('stops a canister only when its calls have come back', () => {
    const subnet = aRealSubnet(three())
    const waiting = running(forwardToManagement('raw_rand'))
    const stop = managing('stop_canister')
    subnet.run({ingress: [waiting]})
    subnet.state.pendingSubnetCalls = subnet.state.pendingSubnetCalls.map((call) => ({...call, sinceHeight: 99}) as typeof call)
    subnet.run({ingress: [stop]})
    assert.deepEqual([statusOf(subnet.state, stop), subnet.state.canisters.get(idOf(0))!.status.kind], ['processing', 'stopping'])
    subnet.state.pendingSubnetCalls = subnet.state.pendingSubnetCalls.map((call) => ({...call, sinceHeight: 1}) as typeof call)
    subnet.run()
    subnet.run()
    assert.deepEqual([statusOf(subnet.state, stop), subnet.state.canisters.get(idOf(0))!.status.kind], ['replied', 'stopped'])
  })

  it('cancels a stop when the canister is started', () => {
    const subnet = aRealSubnet(three())
    subnet.run({ingress: [running(forwardToManagement('raw_rand'))]})
    subnet.state.pendingSubnetCalls = []
    const stop = managing('stop_canister')
    subnet.run({ingress: [stop]})
    subnet.run({ingress: [managing('start_canister')]})
    assert.equal(statusOf(subnet.state, stop), `5 IC0511 Canister ${ID}'s stop request was cancelled.`)
  })

  it('answers open calls of an uninstalled canister', () => {
    const subnet = aRealSubnet(three())
    const [own, viaOther] = [
      running(forwardToManagement('raw_rand')),
      running(forward(0, forwardToManagement('raw_rand')), {receiver: idOf(1)}),
    ]
    subnet.run({ingress: [own, viaOther]})
    subnet.run({ingress: [managing('uninstall_code', {canister_id: idOf(0), sender_canister_version: []})], randomness: new Uint8Array(32)})
    assert.equal(subnet.state.canisters.get(idOf(0))!.code, undefined)
    assert.equal(statusOf(subnet.state, own!), '4 IC0406 Canister has been uninstalled.')
    for (let round = 0; round < 3; round++) subnet.run()
    assert.equal(replyText(subnet, viaOther!), 'Canister has been uninstalled.')
    for (const {callContexts, callbacks, queues} of subnet.state.canisters.values())
      assert.deepEqual([callContexts.size, callbacks.size, queues.isEmpty()], [0, 0, true])
  })

  it('ends at the same hash on a runtime that forgets everything before each batch', () => {
    const rounds: Piece[][][] = [
      [forward(1, forward(2, [reply('a')])), [ic0('time'), [...appendNumber], reply()]],
      [forward(2, [trap('b')]), forwardToManagement('raw_rand')],
      [[invoke('global_timer_set', START_NS), reply()]],
      [],
    ]
    const run = (forgets: boolean) => {
      const runtime = aRuntime()
      const subnet = aRealSubnet(three(), runtime)
      let id = 0
      for (const calls of rounds) {
        if (forgets) runtime.forgetAll()
        subnet.run({ingress: calls.map((pieces) => running(pieces, {id: (++id).toString(16).padStart(64, '0') as never}))})
      }
      return toHex(stateHash(subnet.state))
    }
    assert.equal(run(true), run(false))
  })
})

function forwardToManagement(method: string): Piece[] {
  return [
    makeCall(MANAGEMENT_CANISTER_ID, {
      method,
      payload: Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0),
      onReply: [appendRead('msg_arg_data'), ic0('msg_reply')],
      onReject: [appendRead('msg_reject_msg'), ic0('msg_reply')],
    }),
  ]
}

describe('evaluateQuery', () => {
  const subnet = aRealSubnet([...three(), aCanister({number: 3}), aUniversalCanister({number: 4, status: 'stopped'})])
  const rejects = [
    {number: 9, expected: `IC0301: Canister ${principalToText(idOf(9))} not found`},
    {number: 3, expected: /^IC0537: Error from Canister \S+: Attempted to execute a message, but the canister contains no Wasm module/},
    {number: 4, expected: `IC0508: Canister ${principalToText(idOf(4))} is not running`},
    {number: 0, method: 'nope', expected: /^IC0536: .*Canister has no query method 'nope'/},
  ]
  for (const {number, method = 'query', expected} of rejects)
    it(`answers ${String(expected).slice(0, 60)}`, () => {
      const text = outcomeText(subnet.query(number, method, []).outcome)
      if (typeof expected === 'string') assert.equal(text, expected)
      else assert.match(text, expected)
    })

  it('leaves no trace in the state', () => {
    const before = toHex(stateHash(subnet.state))
    const increment = [push(5), [...push(0)], reply('x')]
    assert.equal(outcomeText(subnet.query(0, 'query', increment).outcome), 'x')
    assert.equal(outcomeText(subnet.query(0, 'composite', forward(1, [reply('y')], {method: 'query'})).outcome), 'y')
    assert.equal(toHex(stateHash(subnet.state)), before)
  })

  it('asks the management canister', () => {
    const {outcome} = subnet.query(0, 'composite', forwardToManagement('raw_rand'))
    assert.equal(outcomeText(outcome), 'Query method raw_rand not found.')
  })

  it('records every canister that took part', () => {
    const {records} = subnet.query(0, 'composite', forward(1, [reply('yes')], {method: 'query'}))
    assert.deepEqual(
      records.map(({canisterId, responsePayloadBytes}) => [canisterId, responsePayloadBytes]),
      [
        [idOf(1), 3],
        [idOf(0), 3],
      ],
    )
  })

  const nested = (depth: number): Piece[] =>
    depth === 0 ? [reply('bottom')] : forward(depth % 2, nested(depth - 1), {method: 'composite'})
  it('follows calls six deep, and no deeper', () => {
    assert.equal(outcomeText(subnet.query(0, 'composite', nested(6)).outcome), 'bottom')
    assert.equal(
      outcomeText(subnet.query(0, 'composite', nested(7)).outcome),
      'IC0525: Composite query calls exceeded the maximum call depth.',
    )
  })

  it('rejects a callee that is not there, or traps, in plain words', () => {
    assert.equal(
      outcomeText(subnet.query(0, 'composite', forward(9, [], {method: 'query'})).outcome),
      `Canister ${principalToText(idOf(9))} not found`,
    )
    assert.match(outcomeText(subnet.query(0, 'composite', forward(1, [trap('oh')], {method: 'query'})).outcome), /^Error from Canister /)
  })

  it('ends when it takes too long', () =>
    assert.equal(
      outcomeText(subnet.query(0, 'composite', forward(1, [reply()], {method: 'query'}), {isOverdue: () => true}).outcome),
      'IC0528: Composite query call exceeded the time limit.',
    ))

  it('counts 50 M instructions for every call (planted: a hundred calls exceed 5 G)', () => {
    const oneCall = (onReply: readonly Piece[]) => makeCall(idOf(1), {method: 'query', payload: program(reply()), onReply})
    const many = (count: number) => [...Array.from({length: count - 1}, () => oneCall([])), oneCall([reply('done')])]
    assert.equal(outcomeText(subnet.query(0, 'composite', many(20)).outcome), 'done')
    assert.equal(
      outcomeText(subnet.query(0, 'composite', many(100)).outcome),
      'IC0526: Composite query calls exceeded the instruction limit.',
    )
  })

  it('says that nothing was answered', () =>
    assert.equal(outcomeText(subnet.query(0, 'composite', []).outcome), `IC0506: Canister ${ID} did not produce a response`))
})

describe('filterIngress', () => {
  const unwilling = aUniversalCanister({number: 5, init: [setHook('canister_inspect_message', ic0('time'))]})
  const willing = aUniversalCanister({number: 6, init: [setHook('canister_inspect_message', ic0('accept_message'))]})
  const trapping = aUniversalCanister({number: 7, init: [setHook('canister_inspect_message', trap('go away'))]})
  const poor = aCanister({number: 8, cycles: 5n})
  const subnet = aRealSubnet([
    ...three().slice(0, 1),
    aCanister({number: 3}),
    aUniversalCanister({number: 4, status: 'stopped'}),
    aUniversalCanister({number: 2, status: 'stopping'}),
    unwilling,
    willing,
    trapping,
    poor,
  ])
  const text = (number: number) => principalToText(idOf(number))
  const empty = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0)
  const rows = [
    {message: managing('canister_status'), expected: 'ok'},
    {message: managing('stop_canister', undefined, {method: 'nope'}), expected: '5 IC0536 ic00 interface does not expose method nope'},
    {
      message: anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'raw_rand', payload: empty}),
      expected: '4 IC0406 ic00 method raw_rand can not be called via ingress messages',
    },
    {
      message: anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'fetch_canister_logs', payload: empty}),
      expected: '4 IC0406 fetch_canister_logs API is not accessible via ingress in replicated mode',
    },
    {
      message: anIngress({receiver: MANAGEMENT_CANISTER_ID, method: 'stop_canister', payload: Uint8Array.of(1)}),
      expected: /^4 IC0408 Failed to parse payload for ic00 method stop_canister: /,
    },
    {message: managing('stop_canister', {canister_id: idOf(99)}), expected: `3 IC0301 Canister ${text(99)} not found`},
    {
      message: managing('stop_canister', undefined, {sender: ANONYMOUS_PRINCIPAL}),
      expected: `5 IC0512 Only controllers of canister ${text(0)} can call ic00 method stop_canister`,
    },
    {message: running([], {receiver: idOf(99)}), expected: `3 IC0301 Canister ${text(99)} not found`},
    {message: running([], {receiver: idOf(8), sender: ANONYMOUS_PRINCIPAL}), expected: `2 IC0207 Canister ${text(8)} is out of cycles`},
    {message: running([], {receiver: idOf(2)}), expected: `5 IC0509 Canister ${text(2)} is stopping`},
    {message: running([], {receiver: idOf(4)}), expected: `5 IC0508 Canister ${text(4)} is stopped`},
    {message: running([], {receiver: idOf(3)}), expected: '5 IC0537 Requested canister has no wasm module'},
    {message: running([], {method: 'composite'}), expected: '5 IC0527 Composite query cannot be called in replicated mode'},
    {
      message: running([], {receiver: idOf(5)}),
      expected: new RegExp(`^4 IC0406 Error from Canister ${text(5)}: Canister rejected the message`),
    },
    {message: running([], {receiver: idOf(7)}), expected: /^5 IC0503 Error from Canister \S+: Canister called `ic0.trap`.*go away/},
    {message: running([], {receiver: idOf(6)}), expected: 'ok'},
  ]
  for (const {message, expected} of rows)
    it(`says ${String(expected).slice(0, 70)} to ${message.method}`, () => {
      const rejection = subnet.filter(message)
      const found = rejection ? `${rejection.code} ${rejection.errorCode} ${rejection.message}` : 'ok'
      if (typeof expected === 'string') assert.equal(found, expected)
      else assert.match(found, expected)
    })
})
