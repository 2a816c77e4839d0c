import assert from 'node:assert/strict'
import fc from 'fast-check'
import {findSimilar, nextWords, type Route, route} from '../../../src/cli/route.js'

const IDS = ['start', 'stop', 'canister:call', 'canister:create', 'identity:new', 'deps:init', 'canister:snapshot:list']

function follow(line: string): Route {
  return route(line.split(' ').filter(Boolean), IDS)
}

describe('route', () => {
  const command = (id: string, ...argv: readonly string[]): Route => ({kind: 'command', id, argv})
  const cases: readonly (readonly [line: string, expected: Route])[] = [
    ['start --clean', command('start', '--clean')],
    ['--identity bob start --clean', command('start', '--identity', 'bob', '--clean')],
    ['-v canister --network ic call x y', command('canister:call', '-v', '--network', 'ic', 'x', 'y')],
    ['canister --network=ic call x', command('canister:call', '--network=ic', 'x')],
    ['canister snapshot list x', command('canister:snapshot:list', 'x')],
    ['canister call x stop', command('canister:call', 'x', 'stop')],
    ['canister call -- --help', command('canister:call', '--', '--help')],
    ['identity new start', command('identity:new', 'start')],
    ['', {kind: 'incomplete', words: []}],
    ['canister', {kind: 'incomplete', words: ['canister']}],
    ['-v', {kind: 'incomplete', words: []}],
    ['--help', {kind: 'help', words: []}],
    ['canister call -h', {kind: 'help', words: ['canister', 'call']}],
    ['canister call x --help', {kind: 'help', words: ['canister', 'call']}],
    ['help identity new', {kind: 'help', words: ['identity', 'new']}],
    ['--version', {kind: 'version'}],
    ['-V', {kind: 'version'}],
    ['strat', {kind: 'unknown', group: '', word: 'strat', known: ['canister', 'deps', 'identity', 'start', 'stop'], rest: ['strat']}],
    ['canister cal x', {kind: 'unknown', group: 'canister', word: 'cal', known: ['call', 'create', 'snapshot'], rest: ['cal', 'x']}],
  ]
  for (const [line, expected] of cases) it(`follows '${line}'`, () => assert.deepEqual(follow(line), expected))

  it('finds the same command wherever the global flags stand', () =>
    fc.assert(
      fc.property(fc.constantFrom(...IDS), fc.nat(3), (id, position) => {
        const words = id.split(':')
        const at = Math.min(position, words.length)
        const routed = route([...words.slice(0, at), '--identity', 'call', ...words.slice(at), 'x'], IDS)
        assert.deepEqual(routed, command(id, '--identity', 'call', 'x'))
      }),
    ))

  it('would catch a router that takes the value of a flag for a word', () => {
    const planted = (argv: readonly string[]) => argv.filter((token) => !token.startsWith('-'))
    assert.notDeepEqual(planted(['--identity', 'stop', 'start']), ['start'])
    assert.deepEqual(follow('--identity stop start'), command('start', '--identity', 'stop'))
  })
})

describe('findSimilar', () => {
  const known = nextWords([], IDS)
  for (const [word, expected] of [
    ['strat', 'start'],
    ['stat', 'start'],
    ['idenity', 'identity'],
    ['canisters', 'canister'],
    ['xyz', undefined],
  ] as const)
    it(`gives ${expected} for ${word}`, () => assert.equal(findSimilar(word, known), expected))
})
