/** Requests as an unmodified agent makes them. */
import assert from 'node:assert/strict'
import {HttpAgent} from '@dfinity/agent'
import {DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity} from '@dfinity/identity'
import {Principal as AgentPrincipal} from '@dfinity/principal'
import {encodeUtf8, fromHex} from '../../src/base/bytes.js'
import {parseEnvelope, type RequestKind} from '../../src/protocol/envelope.js'
import {principalToText} from '../../src/protocol/principal.js'
import {authenticate} from '../../src/replica/crypto/authenticate.js'

const CANISTER = AgentPrincipal.fromText('bnz7o-iuaaa-aaaaa-qaaaa-cai')
const fields = {methodName: 'greet', arg: fromHex('4449444c0000'), effectiveCanisterId: CANISTER}
const ed25519 = (seed: number) => Ed25519KeyIdentity.generate(new Uint8Array(32).fill(seed))

type Identity = Awaited<ReturnType<typeof ECDSAKeyIdentity.generate>> | ReturnType<typeof ed25519> | DelegationIdentity | undefined
const identities: Record<string, () => Promise<Identity>> = {
  anonymous: async () => undefined,
  Ed25519: async () => ed25519(1),
  'P-256': () => ECDSAKeyIdentity.generate(),
  delegation: async () => {
    const [from, to] = [ed25519(2), ed25519(3)]
    const chain = await DelegationChain.create(from, to.getPublicKey(), new Date(Date.now() + 60_000), {targets: [CANISTER]})
    return DelegationIdentity.fromDelegation(to, chain)
  },
}

const actions: Record<RequestKind, (agent: HttpAgent) => Promise<unknown>> = {
  call: (agent) => agent.call(CANISTER, fields),
  query: (agent) => agent.query(CANISTER, fields),
  read_state: (agent) => agent.readState(CANISTER, {paths: [[encodeUtf8('time')]]}),
}

/** The body of the first request that an action sends; the action itself fails. */
async function capture(identity: Identity, action: (agent: HttpAgent) => Promise<unknown>): Promise<Uint8Array> {
  const bodies: Uint8Array[] = []
  const fetch = (async (_url: string, options: {body: Uint8Array}) => {
    bodies.push(new Uint8Array(options.body))
    throw new Error('captured')
  }) as unknown as typeof globalThis.fetch
  const options = {host: 'http://127.0.0.1:4943', fetch, retryTimes: 0, verifyQuerySignatures: false}
  const agent = HttpAgent.createSync(identity ? {...options, identity} : options)
  await assert.rejects(action(agent))
  return bodies[0]!
}

describe('requests of an unmodified agent', () => {
  for (const [name, makeIdentity] of Object.entries(identities))
    for (const kind of ['call', 'query', 'read_state'] as const)
      it(`${kind}, ${name}`, async () => {
        const identity = await makeIdentity()
        const parsed = parseEnvelope(await capture(identity, actions[kind]), kind)
        assert.ok(parsed.ok)
        const {content} = parsed.envelope
        if (content.kind !== 'read_state') assert.equal(principalToText(content.canisterId), CANISTER.toText())
        const result = authenticate(parsed.envelope, {nowNs: BigInt(Date.now()) * 1_000_000n, rootKey: new Uint8Array()})
        assert.equal(result.ok && principalToText(result.sender), (identity?.getPrincipal() ?? AgentPrincipal.anonymous()).toText())
      })

  it('planted bug: a body with one bit changed is refused', async () => {
    const body = await capture(ed25519(1), actions.call)
    const at = body.lastIndexOf(0x67) // the g of greet
    body[at]! ^= 1
    const parsed = parseEnvelope(body, 'call')
    assert.ok(!parsed.ok || !authenticate(parsed.envelope, {nowNs: BigInt(Date.now()) * 1_000_000n, rootKey: new Uint8Array()}).ok)
  })
})
