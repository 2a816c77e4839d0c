import assert from 'node:assert/strict'
import {PassThrough, Readable} from 'node:stream'
import {Menu} from '../../../src/cli/menu.js'

const options = [
  {value: 'motoko', label: 'Motoko'},
  {value: 'rust', label: 'Rust'},
  {value: 'ts', label: 'TypeScript'},
] as const

async function play<T>(input: string, work: (menu: Menu) => Promise<T>): Promise<{readonly answer: T; readonly shown: string}> {
  const output = new PassThrough()
  const menu = new Menu(Readable.from([input]), output)
  const answer = await work(menu)
  menu.close()
  return {answer, shown: String(output.read())}
}

describe('Menu', () => {
  for (const [input, value] of [
    ['\n', 'motoko'],
    ['', 'motoko'],
    ['2\n', 'rust'],
    ['TypeScript\n', 'ts'],
    ['ts\n', 'ts'],
    ['9\nx\n3\n', 'ts'],
  ] as const)
    it(`takes ${JSON.stringify(input)} for ${value}`, async () =>
      assert.equal((await play(input, (menu) => menu.chooseOne('Which?', options))).answer, value))

  it('takes several, in the order of the list', async () =>
    assert.deepEqual((await play('ts, 1\n', (menu) => menu.chooseMany('Which?', options))).answer, ['motoko', 'ts']))

  it('takes none', async () => assert.deepEqual((await play('\n', (menu) => menu.chooseMany('Which?', options))).answer, []))

  it('asks one question after the other', async () => {
    const {answer} = await play('2\n3\n', async (menu) => [await menu.chooseOne('A?', options), await menu.chooseOne('B?', options)])
    assert.deepEqual(answer, ['rust', 'ts'])
  })

  it('shows the list, and what it does not know', async () => {
    const {shown} = await play('perl\n1\n', (menu) => menu.chooseOne('Which?', options))
    assert.match(shown, /^Which\?\n {2}1\) Motoko\n {2}2\) Rust\n {2}3\) TypeScript\n/)
    assert.match(shown, /There is no 'perl' in the list\./)
  })

  it('would catch a number taken from 0', async () =>
    assert.notEqual((await play('1\n', (menu) => menu.chooseOne('?', options))).answer, 'rust'))
})
