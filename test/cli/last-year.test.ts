import assert from 'node:assert/strict'
import {cpSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryRoot} from '../support/repository-root.js'
import {User} from '../support/user.js'

/** Plain `actor`, `stable var`, mo:base, upgrade hooks, an import of another canister: what dfx's templates were like a year ago. */
describe('a dfx project from last year, deployed unchanged', function () {
  this.timeout(120_000)
  const user = new User()
  const call = (...args: readonly string[]): string => user.succeed('project', 'canister', 'call', ...args)

  before(() => {
    cpSync(join(repositoryRoot, 'test', 'cli', 'fixtures', 'last-year'), join(user.work, 'project'), {recursive: true})
    user.succeed('project', 'start', '--background')
    user.succeed('project', 'deploy')
  })

  after(() => user.leave())

  it('answers', () => {
    assert.equal(call('hello_backend', 'greet', 'everyone'), '("Hello, everyone!")\n')
    assert.equal(call('counter_backend', 'increment'), '(1 : nat)\n')
  })

  it('says who calls', () => {
    const principal = user.succeed('project', 'identity', 'get-principal').trim()
    assert.equal(call('counter_backend', 'whoami'), `(principal "${principal}")\n`)
  })

  it('keeps what a canister printed', () => assert.match(user.succeed('project', 'canister', 'logs', 'counter_backend'), /value is 1/))

  it('calls another canister of the project, and keeps its entries through an upgrade', () => {
    call('phonebook_backend', 'insert', '("Ada", record { description = "countess"; phone = "1815" })')
    call('phonebook_backend', 'insert', '("Bob", record { description = "builder"; phone = "2" })')
    assert.equal(call('phonebook_backend', 'greetAll'), '(vec { "Hello, Ada!"; "Hello, Bob!" })\n')
    const main = join(user.work, 'project', 'src', 'phonebook_backend', 'main.mo')
    writeFileSync(main, `${readFileSync(main, 'utf8')}// changed\n`)
    writeFileSync(main, readFileSync(main, 'utf8').replace('book.get(name)', 'let found = book.get(name); found'))
    user.succeed('project', 'deploy', 'phonebook_backend')
    assert.match(call('phonebook_backend', 'lookup', 'Ada'), /phone = "1815"/)
  })

  it('writes the environment file that frontends read', () => {
    const id = user.succeed('project', 'canister', 'id', 'hello_backend').trim()
    assert.match(readFileSync(join(user.work, 'project', '.env'), 'utf8'), new RegExp(`^CANISTER_ID_HELLO_BACKEND='${id}'$`, 'm'))
  })
})
