import assert from 'node:assert/strict'
import {chooseOldestBase} from '../../../../src/replica/store/history-budget.js'

describe('chooseOldestBase', () => {
  const archive = [
    {maxHeight: 100, sizeBytes: 10},
    {maxHeight: 200, sizeBytes: 10},
    {maxHeight: 300, sizeBytes: 10},
  ]
  const kept = [
    {height: 100, ownBytes: 5},
    {height: 200, ownBytes: 50},
    {height: 300, ownBytes: 1000},
  ]
  for (const {budget, base, what} of [
    {budget: 85, base: 0, what: 'keeps all that fits'},
    {budget: 84, base: 100, what: 'gives up genesis first'},
    {budget: 74, base: 200, what: 'then the oldest checkpoint'},
    {budget: 59, base: 300, what: 'and never the newest one'},
    {budget: 0, base: 300, what: 'whatever the budget is'},
  ])
    it(`${what} (${budget} bytes)`, () => assert.equal(chooseOldestBase({archive, kept}, budget), base))

  it('needs no checkpoint', () => assert.equal(chooseOldestBase({archive: [], kept: []}, 0), 0))
})
