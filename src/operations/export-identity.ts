/** `identity export`: the private key of an identity, in plain text. */
import {AnonymousReserved} from '../identity/errors.js'
import {readPem} from '../identity/load.js'
import {ANONYMOUS} from '../identity/store.js'
import type {Places} from '../project/places.js'
import type {Reporter} from './reporter.js'

/** Asks for the passphrase of an encrypted one. Throws IdentityNotFound, AnonymousReserved, PassphraseWrong. */
export function exportPem(places: Places, name: string, reporter: Reporter): string {
  if (name === ANONYMOUS) throw new AnonymousReserved()
  return readPem({places, name, tell: reporter.info}).pem
}
