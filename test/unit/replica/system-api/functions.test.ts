import assert from 'node:assert/strict'
import {principalToBytes} from '../../../../src/protocol/principal.js'
import {PagedMemory} from '../../../../src/replica/state/paged-memory.js'
import {idOf, START_NS, USER} from '../makers.js'
import {FakeHost, type FakeOptions} from './fake-host.js'

const VIOLATION = 'IC0504: Canister violated contract: '
const TRAP = 'IC0502: Canister trapped: '
const HUGE = 2 ** 32
const SELF = 'bnz7o-iuaaa-aaaaa-qaaaa-cai'
const stable = (pages: number) => new PagedMemory(pages * 65_536)

type Step = readonly [name: Parameters<FakeHost['call']>[0], ...args: (number | bigint)[]]
interface Case {
  readonly what: string
  readonly options?: FakeOptions
  readonly memory?: Readonly<Record<number, string | Uint8Array>>
  readonly before?: readonly Step[]
  readonly step: Step
  readonly text: string
}

const BEGIN_CALL: Step = ['call_new', 0, 0, 0, 0, 0, 0, 0, 0]
const TWO_MIB = 2_097_152

const failures: readonly Case[] = [
  {
    what: 'a copy past the end of a blob',
    step: ['msg_arg_data_copy', 0, 4, 5],
    text: `${VIOLATION}ic0.msg_arg_data_copy: src=4 + length=5 exceeds the slice size=8`,
  },
  {
    what: 'a copy past the end of the heap',
    step: ['msg_arg_data_copy', 65_530, 0, 8],
    text: `${VIOLATION}ic0.msg_arg_data_copy: src=65530 + length=8 exceeds the slice size=65536`,
  },
  {
    what: 'a source past the end of the heap',
    step: ['msg_reply_data_append', HUGE, 1],
    text: `${VIOLATION}ic0.msg_reply_data_append: src=4294967296 + length=1 exceeds the slice size=65536`,
  },
  {what: 'a second reply', before: [['msg_reply']], step: ['msg_reply'], text: `${VIOLATION}ic0.msg_reply: the call is already replied`},
  {
    what: 'data after the reply',
    before: [['msg_reply']],
    step: ['msg_reply_data_append', 0, 1],
    text: `${VIOLATION}ic0.msg_reply_data_append: the call is already replied.`,
  },
  {
    what: 'a reject after the reply',
    before: [['msg_reply']],
    step: ['msg_reject', 0, 1],
    text: `${VIOLATION}ic0.msg_reject: the call is already replied`,
  },
  {
    what: 'a reply to a call that an earlier execution answered',
    options: {call: {isAnswered: true}},
    step: ['msg_reply'],
    text: `${VIOLATION}ic0.msg_reply: the call is already replied`,
  },
  {
    what: 'too large a reply',
    step: ['msg_reply_data_append', 0, TWO_MIB + 1],
    text: `${VIOLATION}ic0.msg_reply_data_append: application payload size (2097153) cannot be larger than 2097152.`,
  },
  {
    what: 'too large a reply of a query',
    options: {mode: 'NRQ'},
    step: ['msg_reply_data_append', 0, 3_145_729],
    text: `${VIOLATION}ic0.msg_reply_data_append: application payload size (3145729) cannot be larger than 3145728.`,
  },
  {
    what: 'too long a reject',
    step: ['msg_reject', 0, TWO_MIB + 1],
    text: `${VIOLATION}ic0.msg_reject: application payload size (2097153) cannot be larger than 2097152.`,
  },
  {
    what: 'a reject that is not text',
    memory: {0: Uint8Array.of(0xff)},
    step: ['msg_reject', 0, 1],
    text: `${VIOLATION}ic0.msg_reject: invalid UTF-8 string provided`,
  },
  {
    what: 'too long a method name',
    step: ['call_new', 0, 0, 0, 20_001, 0, 0, 0, 0],
    text: `${VIOLATION}Size of method_name 20001 exceeds the allowed limit of 20000.`,
  },
  {what: 'too long a callee', step: ['call_new', 0, 30, 0, 0, 0, 0, 0, 0], text: 'IC0504: Canister provided invalid principal id'},
  {
    what: 'call_perform without call_new',
    step: ['call_perform'],
    text: `${VIOLATION}ic0.call_perform called when no call is under construction.`,
  },
  {
    what: 'call_data_append without call_new',
    step: ['call_data_append', 0, 0],
    text: `${VIOLATION}ic0.call_data_append called when no call is under construction.`,
  },
  {
    what: 'call_cycles_add128 without call_new',
    step: ['call_cycles_add128', 0n, 0n],
    text: `${VIOLATION}ic0.call_cycles_add128 called when no call is under construction.`,
  },
  {
    what: 'a second cleanup',
    before: [BEGIN_CALL, ['call_on_cleanup', 0, 0]],
    step: ['call_on_cleanup', 0, 0],
    text: `${VIOLATION}ic0.call_on_cleanup can be called at most once between \`ic0.call_new\` and \`ic0.call_perform\``,
  },
  {
    what: 'too large a call',
    before: [BEGIN_CALL],
    step: ['call_data_append', 0, 10_485_761],
    text: `${VIOLATION}Request to aaaaa-aa: has a payload size of 10485761, which exceeds the allowed limit of 10485760.`,
  },
  {
    what: 'more cycles than there are',
    before: [BEGIN_CALL],
    step: ['call_cycles_add128', 1n, 0n],
    text: `IC0504: Canister ${SELF} is out of cycles`,
  },
  {
    what: 'a balance beyond 64 bits',
    options: {account: {cycles: 1n << 64n}},
    step: ['canister_cycle_balance'],
    text: `${TRAP}cycles amount exceeds 64-bit representation`,
  },
  {
    what: 'available cycles beyond 64 bits',
    options: {call: {availableCycles: 1n << 64n}},
    step: ['msg_cycles_available'],
    text: `${TRAP}cycles amount exceeds 64-bit representation`,
  },
  {
    what: 'too long certified data',
    step: ['certified_data_set', 0, 33],
    text: `${VIOLATION}ic0_certified_data_set failed because the passed data must be no larger than 32 bytes. Found 33 bytes.`,
  },
  {what: 'an unknown counter', step: ['performance_counter', 2], text: `${VIOLATION}Error getting performance counter type 2`},
  {what: 'too long a principal', step: ['is_controller', 0, 30], text: 'IC0504: Canister provided invalid principal id'},
  {
    what: 'an environment variable beyond the last',
    step: ['env_var_name_size', 0],
    text: `${VIOLATION}Environment variable index 0 is out of bounds. The number of environment variables is 0.`,
  },
  {
    what: 'an unknown environment variable',
    memory: {0: 'NAME'},
    step: ['env_var_value_size', 0, 4],
    text: `${VIOLATION}Environment variable NAME not found.`,
  },
  {
    what: 'a variable name that is not text',
    memory: {0: Uint8Array.of(0xff)},
    step: ['env_var_name_exists', 0, 1],
    text: `${VIOLATION}ic0.env_var_name_exists: Variable name is not a valid UTF-8 string.`,
  },
  {
    what: 'too long a variable name',
    step: ['env_var_name_exists', 0, 129],
    text: `${VIOLATION}ic0.env_var_name_exists: Variable name is too large.`,
  },
  {
    what: 'a stable write past the end',
    options: {stable: stable(1)},
    step: ['stable64_write', 65_535, 0, 2],
    text: `${TRAP}stable memory out of bounds`,
  },
  {what: 'a stable read past the end', step: ['stable_read', 0, 0, 1], text: `${TRAP}stable memory out of bounds`},
  {
    what: 'a stable read to outside the heap',
    options: {stable: stable(2)},
    step: ['stable64_read', 65_535, 0, 2],
    text: `${TRAP}heap out of bounds`,
  },
  {
    what: 'a 32-bit function on a larger memory',
    options: {stable: stable(65_537)},
    step: ['stable_size'],
    text: `${TRAP}32 bit stable memory api used on a memory larger than 4GB`,
  },
  {
    what: 'growth that cannot be paid',
    options: {account: {cycles: 10_000_000_000n}},
    step: ['stable64_grow', 65_536],
    text: 'IC0532: Canister cannot grow memory by 4294967296 bytes due to insufficient cycles.',
  },
  {what: 'ic0.trap', memory: {0: 'over'}, step: ['trap', 0, 4], text: "IC0503: Canister called `ic0.trap` with message: 'over'"},
  {
    what: 'ic0.trap from nowhere',
    step: ['trap', HUGE, 4],
    text: "IC0503: Canister called `ic0.trap` with message: '(trap message out of memory bounds)'",
  },
  {
    what: 'accept_message twice',
    options: {mode: 'F'},
    before: [['accept_message']],
    step: ['accept_message'],
    text: `${VIOLATION}ic0.accept_message: the function was already called.`,
  },
  {
    what: 'minting elsewhere than in the cycles minting canister',
    step: ['mint_cycles128', 0n, 1n, 0],
    text: `${VIOLATION}ic0.mint_cycles128 cannot be executed on non Cycles Minting Canister: ${SELF}`,
  },
  {
    what: 'a data certificate outside of a query',
    options: {mode: 'NRQ'},
    step: ['data_certificate_size'],
    text: `${VIOLATION}"ic0_data_certificate_size" cannot be executed in non replicated query mode`,
  },
  {
    what: 'a reply of a heartbeat',
    options: {mode: 'T'},
    step: ['msg_reply'],
    text: `${VIOLATION}"ic0_msg_reply" cannot be executed in heartbeat mode`,
  },
]

describe('System API: errors', () => {
  for (const {what, options, memory = {}, before = [], step, text} of failures)
    it(`refuses ${what}`, () => {
      const host = new FakeHost(options)
      for (const [pointer, content] of Object.entries(memory)) host.put(Number(pointer), content)
      for (const [name, ...args] of before) host.call(name, ...args)
      assert.equal(host.errorOf(...step), text)
    })

  it('limits the stable pages that one execution reads', () => {
    const host = new FakeHost({mode: 'NRQ', stable: stable(17_000)})
    for (let page = 0; page < 16_384; page++) host.sandbox.stable.touch(page * 65_536, 65_536)
    assert.equal(
      host.errorOf('stable64_read', 0, 16_384 * 65_536, 1),
      'IC0524: Canister exceeded memory access limits: Exceeded the limit for the number of accessed pages in the stable memory in a single ' +
        'message execution: limit 2097152 KB for regular messages and 1048576 KB for queries.',
    )
  })

  it('ends without a heap where there is no memory', () => {
    const host = new FakeHost()
    host.info.hasMemory = false
    assert.equal(host.errorOf('msg_reject', 0, 0), `${VIOLATION}WebAssembly module must define memory`)
  })
})

describe('System API: calls', () => {
  const callOf = (host: FakeHost) => host.sandbox.finish().calls[0]!

  it('builds a call with everything it was given', () => {
    const host = new FakeHost()
    const callee = host.put(0, principalToBytes(idOf(3)))
    const name = host.put(100, 'method')
    host.call('call_new', 0, callee, 100, name, 1, 2, 3, 4)
    host.call('call_on_cleanup', 5, 6)
    host.call('call_data_append', 100, 3)
    host.call('call_data_append', 103, 3)
    host.call('call_cycles_add128', 0n, 1_000n)
    host.call('call_with_best_effort_response', 1_000)
    assert.equal(host.call('call_perform'), 0)
    const {receiver, method, payload, cycles, deadlineSeconds, onReply, onReject, onCleanup} = callOf(host)
    assert.deepEqual(
      {receiver, method, payload: Buffer.from(payload).toString(), cycles, deadlineSeconds, onReply, onReject, onCleanup},
      {
        receiver: idOf(3),
        method: 'method',
        payload: 'method',
        cycles: 1_000n,
        deadlineSeconds: Number(START_NS / 1_000_000_000n) + 300,
        onReply: {tableIndex: 1, env: 2n},
        onReject: {tableIndex: 3, env: 4n},
        onCleanup: {tableIndex: 5, env: 6n},
      },
    )
  })

  it('takes 42,102,412,000 + 1,000 per byte from the balance, and the attached cycles at once', () => {
    const host = new FakeHost()
    const before = host.sandbox.account.balance
    host.call('call_new', 0, 0, 0, 7, 0, 0, 0, 0)
    host.call('call_cycles_add128', 0n, 5n)
    assert.equal(host.sandbox.account.balance, before - 5n)
    host.call('call_data_append', 0, 3)
    host.call('call_perform')
    assert.equal(host.sandbox.account.balance, before - 5n - 42_102_412_000n - 10_000n)
    host.call('cost_call', 7n, 3n, 64)
    assert.equal(host.cyclesAt(64), 42_102_422_000n)
  })

  const refusals: readonly {readonly what: string; readonly options: FakeOptions}[] = [
    {what: 'the queue is full', options: {canister: {freeSlots: new Map([['' as never, 0]])}}},
    {what: 'no callback is left', options: {subnet: {availableCallbacks: 0}}},
    {what: 'message memory is used up', options: {subnet: {availableMessageBytes: 2_000_000}}},
    {what: 'the balance would fall below the freezing limit', options: {account: {cycles: 42_000_000_000n}}},
  ]
  for (const {what, options} of refusals)
    it(`performs nothing and gives the cycles back when ${what}`, () => {
      const host = new FakeHost(options)
      const before = host.sandbox.account.balance
      host.call(...BEGIN_CALL)
      host.call('call_cycles_add128', 0n, 1_000n)
      assert.equal(host.call('call_perform'), 2)
      assert.equal(host.sandbox.account.balance, before)
      assert.deepEqual(host.sandbox.finish().calls, [])
    })

  it('counts the memory of its calls towards the freezing limit', () => {
    const host = new FakeHost()
    const limit = () => {
      host.call('canister_liquid_cycle_balance128', 64)
      return host.sandbox.account.balance - host.cyclesAt(64)
    }
    const before = limit()
    host.call(...BEGIN_CALL)
    host.call('call_perform')
    // 2 MiB and an envelope for 30 days at 127,000 cycles per GiB and second.
    const reserved = (BigInt(2_097_152 + 256) * 127_000n * 2_592_000n) / (1n << 30n)
    assert.ok(limit() - before - reserved < 100n && limit() - before - reserved > -100n)
  })

  it('counts its own calls against the free slots', () => {
    const host = new FakeHost({canister: {maxFreeSlots: 2}})
    const results = [1, 2, 3].map(() => {
      host.call(...BEGIN_CALL)
      return host.call('call_perform')
    })
    assert.deepEqual(results, [0, 0, 2])
  })

  it('drops a call that is begun again or never performed, and gives its cycles back', () => {
    const host = new FakeHost()
    const before = host.sandbox.account.balance
    for (let turn = 0; turn < 2; turn++) {
      host.call(...BEGIN_CALL)
      host.call('call_cycles_add128', 0n, 1_000n)
    }
    assert.equal(host.sandbox.account.balance, before - 1_000n)
    host.sandbox.finish()
    assert.equal(host.sandbox.account.balance, before)
  })
})

describe('System API: cycles', () => {
  it('accepts what is available, until the call is answered', () => {
    const host = new FakeHost({call: {availableCycles: 100n}})
    assert.equal(host.call('msg_cycles_accept', 30n), 30n)
    assert.equal(host.call('msg_cycles_available'), 70n)
    host.call('msg_cycles_accept128', 1n, 0n, 0)
    assert.equal(host.cyclesAt(0), 70n)
    host.call('msg_reply')
    assert.equal(host.call('msg_cycles_available'), 0n)
    assert.equal(host.sandbox.finish().cycles.accepted, 100n)
  })

  it('burns down to the freezing limit and no further', () => {
    const host = new FakeHost({account: {cycles: 10n ** 15n}})
    host.call('canister_liquid_cycle_balance128', 16)
    host.call('cycles_burn128', 1n << 40n, 0n, 0)
    assert.equal(host.cyclesAt(0), host.cyclesAt(16))
    assert.ok(host.cyclesAt(0) > 0n && host.cyclesAt(0) < 10n ** 15n)
    host.call('canister_liquid_cycle_balance128', 16)
    assert.equal(host.cyclesAt(16), 0n)
  })

  it('stops accepting where the balance is full', () => {
    const host = new FakeHost({account: {cycles: (1n << 128n) - 5n}, call: {availableCycles: 100n}})
    assert.equal(host.call('msg_cycles_accept', 100n), 4n)
  })

  it('mints for the cycles minting canister', () => {
    const host = new FakeHost({canister: {id: '00000000000000040101' as never}})
    host.call('mint_cycles128', 0n, 9n, 0)
    assert.equal(host.cyclesAt(0), 9n)
    assert.equal(host.sandbox.finish().cycles.minted, 9n)
  })

  it('reserves cycles when a full subnet grows', () => {
    const gib = 1n << 30n
    const host = new FakeHost({account: {cycles: 10n ** 18n}, subnet: {memory: {usedBytes: 1_000n * gib, capacityBytes: 2_048n * gib}}})
    host.call('stable64_grow', 16)
    assert.ok(host.sandbox.finish().cycles.reserved > 0n)
    assert.match(
      host.errorOf('stable64_grow', 160_000),
      /^IC0534: Canister cannot grow memory by \d+ bytes due to its reserved cycles limit/,
    )
  })

  it('cannot grow stable memory where the subnet is full', () => {
    const host = new FakeHost({subnet: {memory: {usedBytes: 100n, capacityBytes: 100n}}})
    assert.equal(host.call('stable64_grow', 1), -1n)
    assert.equal(host.call('stable64_size'), 0n)
  })
})

describe('System API: answers of the system', () => {
  const cases: readonly {
    readonly step: Step
    readonly result: unknown
    readonly options?: FakeOptions
    readonly memory?: Record<number, Uint8Array | string>
  }[] = [
    {step: ['canister_status'], result: 1},
    {step: ['canister_status'], result: 2, options: {canister: {status: 'stopping'}}},
    {step: ['canister_status'], result: 3, options: {canister: {status: 'stopped'}}},
    {step: ['canister_version'], result: 5n},
    {step: ['time'], result: START_NS},
    {step: ['msg_reject_code'], result: 0, options: {mode: 'Ry'}},
    {step: ['msg_reject_code'], result: 4, options: {mode: 'Rt', call: {rejectCode: 4}}},
    {step: ['msg_deadline'], result: 7n, options: {call: {deadlineNs: 7n}}},
    {step: ['in_replicated_execution'], result: 1},
    {step: ['in_replicated_execution'], result: 0, options: {mode: 'CQ'}},
    {step: ['is_controller', 0, 29], result: 1, memory: {0: principalToBytes(USER)}},
    {step: ['is_controller', 0, 1], result: 0},
    {step: ['msg_caller_info_data_size'], result: 0},
    {step: ['msg_caller_info_signer_size'], result: 10, options: {call: {senderInfo: {info: new Uint8Array(3), signer: idOf(2)}}}},
    {step: ['root_key_size'], result: 133},
    {step: ['data_certificate_present'], result: 0},
    {step: ['data_certificate_present'], result: 1, options: {mode: 'NRQ', subnet: {getDataCertificate: () => new Uint8Array(9)}}},
    {step: ['data_certificate_size'], result: 9, options: {mode: 'CQ', subnet: {getDataCertificate: () => new Uint8Array(9)}}},
    {step: ['cost_sign_with_ecdsa', 0, 5, 0, 64], result: 0, memory: {0: 'key_1'}},
    {step: ['cost_sign_with_ecdsa', 0, 5, 1, 64], result: 1, memory: {0: 'key_1'}},
    {step: ['cost_sign_with_schnorr', 0, 5, 1, 64], result: 0, memory: {0: 'key_1'}},
    {step: ['cost_sign_with_schnorr', 0, 5, 2, 64], result: 1, memory: {0: 'key_1'}},
    {step: ['cost_vetkd_derive_key', 0, 5, 0, 64], result: 2, memory: {0: 'other'}},
    {step: ['stable_grow', 65_537], result: -1},
    {step: ['stable64_grow', 8_192_001], result: -1n},
    {step: ['stable64_grow', 2 ** 60], result: -1n},
  ]
  for (const {step, result, options, memory = {}} of cases)
    it(`${step[0]}(${step.slice(1).join(', ')}) gives ${result}${options ? ' where it should' : ''}`, () => {
      const host = new FakeHost(options)
      for (const [pointer, content] of Object.entries(memory)) host.put(Number(pointer), content)
      assert.equal(host.call(...step), result)
    })

  it('remembers the timer that was set before', () => {
    const host = new FakeHost({canister: {globalTimerNs: 3n}})
    assert.equal(host.call('global_timer_set', 9n), 3n)
    assert.equal(host.call('global_timer_set', 0n), 9n)
    assert.equal(host.sandbox.finish().globalTimerNs, 0n)
  })

  it('tells the cost of creating a canister and of an HTTPS outcall', () => {
    const host = new FakeHost()
    host.call('cost_create_canister', 0)
    assert.equal(host.cyclesAt(0), 500_000_000_000n)
    host.call('cost_http_request', 10n, 20n, 0)
    assert.equal(host.cyclesAt(0), 49_140_000n + 5_200n * 10n + 10_400n * 20n)
  })

  it('lists environment variables by the bytes of their names', () => {
    const environmentVariables = [
      {name: 'a', value: 'one'},
      {name: 'b', value: 'two'},
    ]
    const host = new FakeHost({canister: {environmentVariables}})
    assert.equal(host.call('env_var_count'), 2)
    host.call('env_var_name_copy', 1, 0, 0, 1)
    assert.equal(host.call('env_var_name_exists', 0, 1), 1)
    assert.equal(host.call('env_var_value_size', 0, 1), 3)
    host.call('env_var_value_copy', 0, 1, 50, 0, 3)
    assert.equal(Buffer.from(host.heap.subarray(50, 53)).toString(), 'two')
  })

  it('accesses nothing when the size is zero, whatever the offsets', () => {
    const host = new FakeHost()
    assert.equal(host.call('stable64_write', 2 ** 50, 2 ** 50, 0), undefined)
    assert.equal(host.call('stable64_read', 2 ** 50, 2 ** 50, 0), undefined)
  })

  it('adds earlier executions of the call context to counter 1', () => {
    const host = new FakeHost({call: {earlierInstructions: 1_000n}})
    const zero = host.call('performance_counter', 0) as bigint
    assert.equal(host.call('performance_counter', 1), zero + 200n + 1_000n)
  })

  it('logs what is printed, cut to what a log holds, and what it could not read', () => {
    const host = new FakeHost()
    host.put(0, 'printed')
    host.call('debug_print', 0, 7)
    host.call('debug_print', 0, 60_000)
    host.call('debug_print', HUGE, 1)
    const [first, second, third] = host.sandbox.log.records.map((record) => Buffer.from(record).toString())
    assert.equal(first, 'printed')
    assert.equal(second!.length, 4_056)
    assert.equal(third, '(debug_print message out of memory bounds)')
    const asQuery = new FakeHost({mode: 'NRQ'})
    asQuery.call('debug_print', 0, 7)
    assert.deepEqual(asQuery.sandbox.log.records, [])
  })
})
