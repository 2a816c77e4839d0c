import assert from 'node:assert/strict'
import {advanceClock, restoreClock, toMilliseconds} from '../../../src/testing/test-clock.js'

describe('the clock of a test', () => {
  afterEach(restoreClock)
  const DAY_MS = 86_400_000

  it('moves Date, however it is asked, and nothing else', () => {
    const [before, monotonic] = [Date.now(), performance.now()]
    advanceClock(DAY_MS)
    // biome-ignore lint/complexity/useDateNow: both ways of asking are tested
    for (const now of [Date.now(), new Date().getTime()]) assert.ok(now - before >= DAY_MS && now - before < DAY_MS + 1_000)
    assert.equal(new Date(5).getTime(), 5)
    assert.equal(new Date(2020, 1, 2).getMonth(), 1)
    assert.ok(performance.now() - monotonic < 1_000)
  })

  it('adds steps up, and goes back to the real time at the end', () => {
    const before = Date.now()
    advanceClock(DAY_MS)
    advanceClock(DAY_MS)
    assert.ok(Date.now() - before >= 2 * DAY_MS)
    restoreClock()
    assert.ok(Date.now() - before < 1_000)
  })

  it('refuses to go back', () => {
    for (const step of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => advanceClock(step), RangeError)
  })

  it('would catch hours that count as minutes', () =>
    assert.deepEqual(
      [toMilliseconds(7), toMilliseconds({hours: 1}), toMilliseconds({days: 1, minutes: 1, milliseconds: 1})],
      [7, 3_600_000, DAY_MS + 60_001],
    ))
})
