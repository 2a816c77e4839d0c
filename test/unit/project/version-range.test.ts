import assert from 'node:assert/strict'
import {isInRange} from '../../../src/project/version-range.js'

describe('isInRange', () => {
  for (const {version, range, isIn} of [
    {version: '0.32.0', range: '*', isIn: true},
    {version: '0.32.0', range: '', isIn: true},
    {version: '0.32.0', range: '>=0.17.0, <0.25.0', isIn: false},
    {version: '0.32.0', range: '>= 0.24.1', isIn: true},
    {version: '0.24.3', range: '^0.24.1', isIn: true},
    {version: '0.25.0', range: '^0.24.1', isIn: false},
    {version: '1.4.0', range: '^1.2.3', isIn: true},
    {version: '1.2.9', range: '~1.2.3', isIn: true},
    {version: '1.3.0', range: '~1.2.3', isIn: false},
    {version: '1.2.3', range: '=1.2.3 <2', isIn: true},
    // Planted: compared as text, 0.9 would be the newer one.
    {version: '0.10.0', range: '>0.9.0', isIn: true},
  ])
    it(`${version} is ${isIn ? '' : 'not '}in '${range}'`, () => assert.equal(isInRange(version, range), isIn))
})
