import {AuthClient} from '@icp-sdk/auth/client'
import {actAs} from './backend.js'

const EIGHT_HOURS_NS = 8n * 3_600_000_000_000n

/** Mainnet has the one Internet Identity; a local network has that of the project, at an address of its own. */
const identityProvider =
  process.env.DFX_NETWORK === 'ic'
    ? 'https://id.ai/authorize'
    : `http://${process.env.CANISTER_ID_INTERNET_IDENTITY}.localhost:${window.location.port}/authorize`

/** Puts a button into `root` that signs in and out; the backend is called as whoever is signed in. */
export async function mountSignIn(root) {
  const client = new AuthClient({identityProvider})
  const button = root.insertBefore(document.createElement('button'), root.firstChild)
  button.type = 'button'

  const show = async () => {
    const isSignedIn = client.isAuthenticated()
    button.textContent = isSignedIn ? 'Sign out' : 'Sign in with Internet Identity'
    actAs(isSignedIn ? await client.getIdentity() : undefined)
  }
  button.addEventListener('click', async () => {
    if (client.isAuthenticated()) await client.signOut()
    else await client.signIn({maxTimeToLive: EIGHT_HOURS_NS})
    await show()
  })
  await show()
}
