/** The same identity for `@dfinity/agent`. The library is imported only here and only when asked for: it costs 70 ms of start-up. */
import type {Identity, PublicKey, Signature} from '@dfinity/agent'
import type {LoadedIdentity} from './load.js'

/** A `SignIdentity` of the agent library, or its anonymous one. */
export async function toAgentIdentity({key}: LoadedIdentity): Promise<Identity> {
  const {AnonymousIdentity, SignIdentity} = await import('@dfinity/agent')
  if (!key) return new AnonymousIdentity()
  const der = Uint8Array.from(key.publicKeyDer)
  return new (class extends SignIdentity {
    override getPublicKey(): PublicKey {
      return {toDer: () => der as ReturnType<PublicKey['toDer']>}
    }

    override async sign(blob: Uint8Array): Promise<Signature> {
      return Uint8Array.from(key.sign(blob)) as unknown as Signature
    }
  })()
}
