/**
 * Keys in the keyring of the operating system, under the names that dfx uses: service `internet_computer_identities`, entry
 * `internet_computer_identity_<name>`, the PEM in hexadecimal.
 *
 * There is no native module: Linux is asked through `secret-tool` (libsecret), macOS through `security`. DFX_CI_MOCK_KEYRING_LOCATION
 * names a JSON file instead, `{"kv_store": {ENTRY: HEX}}`; empty, it stands for a keyring that refuses.
 */

import {spawnSync} from 'node:child_process'
import {decodeUtf8Lossy, encodeUtf8, fromHex, toHex} from '../base/bytes.js'
import {findText, writeJson} from '../io/files.js'
import {KeyringFailed} from './errors.js'

export interface Keyring {
  /** The PEM text, or undefined. */
  find(identity: string): string | undefined
  /** Throws KeyringFailed. */
  store(identity: string, pem: string): void
  remove(identity: string): void
}

const SERVICE = 'internet_computer_identities'
const entryOf = (identity: string): string => `internet_computer_identity_${identity}`
const PRIVATE_FILE = 0o600

/** The keyring that there is; undefined without one. */
export function findKeyring(env: NodeJS.ProcessEnv = process.env): Keyring | undefined {
  const mock = env.DFX_CI_MOCK_KEYRING_LOCATION
  if (mock !== undefined) return mock === '' ? undefined : encoded(fileKeyring(mock))
  if (process.platform === 'linux' && hasTool('secret-tool') && env.DBUS_SESSION_BUS_ADDRESS) return encoded(SECRET_TOOL)
  return process.platform === 'darwin' ? encoded(MACOS) : undefined
}

/** Values are the hexadecimal digits of the PEM. */
function encoded(keyring: Keyring): Keyring {
  return {
    find(identity) {
      const hex = keyring.find(identity)?.trim()
      return hex === undefined || !/^([\da-f]{2})+$/i.test(hex) ? undefined : decodeUtf8Lossy(fromHex(hex))
    },
    store: (identity, pem) => keyring.store(identity, toHex(encodeUtf8(pem))),
    remove: (identity) => keyring.remove(identity),
  }
}

function fileKeyring(file: string): Keyring {
  const read = (): Record<string, string> => {
    const text = findText(file)
    return text === undefined ? {} : ((JSON.parse(text) as {kv_store?: Record<string, string>}).kv_store ?? {})
  }
  const write = (entries: Record<string, string>): void => writeJson(file, {kv_store: entries}, {mode: PRIVATE_FILE})
  return {
    find: (identity) => read()[entryOf(identity)],
    store: (identity, value) => write({...read(), [entryOf(identity)]: value}),
    remove(identity) {
      const {[entryOf(identity)]: _, ...rest} = read()
      write(rest)
    },
  }
}

/** The secret goes through standard input: a command line can be seen by everybody. */
function call(tool: string, args: readonly string[], input = ''): string | undefined {
  const {status, stdout} = spawnSync(tool, args, {input, encoding: 'utf8', timeout: 30_000})
  return status === 0 ? stdout : undefined
}

const hasTool = (tool: string): boolean => spawnSync(tool, ['--version'], {stdio: 'ignore', timeout: 3_000}).error === undefined

const SECRET_TOOL: Keyring = {
  find: (identity) => call('secret-tool', ['lookup', 'service', SERVICE, 'username', entryOf(identity)]),
  store(identity, value) {
    const attributes = ['service', SERVICE, 'username', entryOf(identity), 'application', 'rust-keyring']
    if (call('secret-tool', ['store', `--label=${entryOf(identity)}`, ...attributes], value) === undefined)
      throw new KeyringFailed(identity, 'secret-tool')
  },
  remove: (identity) => void call('secret-tool', ['clear', 'service', SERVICE, 'username', entryOf(identity)]),
}

const MACOS: Keyring = {
  find: (identity) => call('security', ['find-generic-password', '-s', SERVICE, '-a', entryOf(identity), '-w']),
  store(identity, value) {
    const command = `add-generic-password -U -s ${SERVICE} -a ${entryOf(identity)} -w ${value}\n`
    if (call('security', ['-i'], command) === undefined || MACOS.find(identity)?.trim() !== value)
      throw new KeyringFailed(identity, 'security')
  },
  remove: (identity) => void call('security', ['delete-generic-password', '-s', SERVICE, '-a', entryOf(identity)]),
}
