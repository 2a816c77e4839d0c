import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {CanisterState} from '../../../../src/replica/state/canister-state.js'
import {invoke, makeCall, op, type Piece, program, reject, reply, trap} from '../../../spec/universal/program.js'
import {aUniversalCanister, deliver, settle, update} from '../../../spec/universal/universal-subnet.js'
import {idOf} from '../makers.js'

const drop = op('drop')
const cycles = fc.bigInt({min: 0n, max: 10n ** 12n})

/** Programs that move cycles: accept, burn, call with cycles to any depth, and end in every way. */
const {body} = fc.letrec<{body: Piece; piece: Piece; call: Piece; end: Piece}>((tie) => ({
  end: fc.oneof(
    fc.constant(reply()),
    fc.constant(reject('no')),
    fc.constant(trap('over')),
    fc.constant(op('unreachable')),
    fc.constant([]),
  ),
  call: fc
    .record({
      callee: fc.integer({min: 0, max: 1}),
      attached: cycles,
      payload: tie('body'),
      onReply: tie('body'),
      onReject: tie('body'),
      isAbandoned: fc.boolean(),
      timeoutSeconds: fc.constantFrom(undefined, 30),
    })
    .map(({callee, attached, payload, onReply, onReject, isAbandoned, timeoutSeconds}): Piece => {
      const callbacks = {onReply: [onReply], onReject: [onReject], onCleanup: [invoke('cycles_burn128', 0, 5, 600)]}
      const piece = makeCall(idOf(callee), {
        payload: program(payload),
        cycles: attached,
        ...callbacks,
        ...(timeoutSeconds && {timeoutSeconds}),
      })
      // Without the final call_perform the call stays under construction and is dropped.
      return isAbandoned ? piece.slice(0, -1) : [...piece, ...drop]
    }),
  piece: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    cycles.map((amount): Piece => [...invoke('msg_cycles_accept', amount), ...drop]),
    cycles.map((amount) => invoke('cycles_burn128', 0, amount, 600)),
    tie('call'),
  ),
  body: fc.tuple(fc.array(tie('piece'), {maxLength: 3}), tie('end')).map(([pieces, end]): Piece => [...pieces.flat(), ...end]),
}))

/** What canisters own and have consumed; what travels is counted by bringing every message to its end first. */
function wealth(canisters: readonly CanisterState[]): bigint {
  return canisters.reduce(
    (sum, {cycles: balance, consumed}) => sum + balance + consumed.instructions + consumed.requestAndResponseTransmission + consumed.burned,
    0n,
  )
}

/** Cycles that appeared or vanished while a user's message and all it caused were executed. */
function findLoss(payload: Piece, interfere: (canister: CanisterState) => void = () => {}): bigint {
  const canisters = [aUniversalCanister({number: 0}), aUniversalCanister({number: 1})]
  const before = wealth(canisters)
  const {answers} = update(canisters[0]!, [payload])
  const answered = [...deliver(canisters[0]!, answers), ...settle(canisters)]
  assert.equal(answered.length, 1, 'the user gets one answer')
  for (const {callContexts, callbacks} of canisters) assert.equal(callContexts.size + callbacks.size, 0)
  interfere(canisters[1]!)
  return wealth(canisters) - before
}

describe('cycles', () => {
  it('are conserved: what is gone was consumed, and every call is answered once', () =>
    fc.assert(
      fc.property(body, (payload) => assert.equal(findLoss(payload), 0n)),
      {numRuns: 150},
    )).timeout(120_000)

  it('would be missed if a single one vanished', () =>
    assert.equal(
      findLoss(reply(), (canister) => {
        canister.cycles -= 1n
      }),
      -1n,
    ))
})
