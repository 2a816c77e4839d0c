/** The same identity for `@dfinity/agent`. The library is imported only here and only when asked for: it costs 70 ms of start-up. */
import type {Identity, PublicKey, Signature, SignIdentity} from '@dfinity/agent'
import type {DelegationChain} from './delegation.js'
import type {LoadedIdentity} from './load.js'

/** A `SignIdentity` of the agent library, or its anonymous one. */
export async function toAgentIdentity({key, delegation}: LoadedIdentity): Promise<Identity> {
  const {AnonymousIdentity, SignIdentity} = await import('@dfinity/agent')
  if (!key) return new AnonymousIdentity()
  const der = Uint8Array.from(key.publicKeyDer)
  const session = new (class extends SignIdentity {
    override getPublicKey(): PublicKey {
      return {toDer: () => der as ReturnType<PublicKey['toDer']>}
    }

    override async sign(blob: Uint8Array): Promise<Signature> {
      return Uint8Array.from(key.sign(blob)) as unknown as Signature
    }
  })()
  return delegation ? actFor(session, delegation) : session
}

async function actFor(session: SignIdentity, {publicKey, links}: DelegationChain): Promise<Identity> {
  const [{Delegation, DelegationChain: AgentChain, DelegationIdentity}, {Principal}] = await Promise.all([
    import('@dfinity/identity'),
    import('@dfinity/principal'),
  ])
  const chain = AgentChain.fromDelegations(
    links.map(({pubkey, expirationNs, targets, signature}) => ({
      delegation: new Delegation(
        pubkey,
        expirationNs,
        targets?.map((target) => Principal.fromUint8Array(target)),
      ),
      signature: signature as Signature,
    })),
    publicKey as ReturnType<PublicKey['toDer']>,
  )
  return DelegationIdentity.fromDelegation(session, chain)
}
