/** What the canister may know of itself, its subnet and its settings. */

import {compareBytes, decodeUtf8, encodeUtf8} from '../../../base/bytes.js'
import {principalFromBytes, principalToBytes} from '../../../protocol/principal.js'
import {contractViolation, failure} from '../errors.js'
import {MAX_ENVIRONMENT_VARIABLE_NAME_BYTES, MAX_PRINCIPAL_BYTES} from '../limits.js'
import {isReplicated} from '../modes.js'
import type {Sandbox} from '../sandbox.js'
import {blobFunctions} from './blob.js'

const STATUS_CODES = {running: 1, stopping: 2, stopped: 3}

export const canisterFunctions = {
  ...blobFunctions('canister_self', (sandbox) => principalToBytes(sandbox.input.canister.id)),
  ...blobFunctions('subnet_self', (sandbox) => principalToBytes(sandbox.input.subnet.id)),
  ...blobFunctions('root_key', (sandbox) => sandbox.input.subnet.rootKeyDer),

  canister_status(sandbox: Sandbox): number {
    return STATUS_CODES[sandbox.input.canister.status]
  },

  canister_version(sandbox: Sandbox): bigint {
    return sandbox.input.canister.version
  },

  in_replicated_execution(sandbox: Sandbox): number {
    return isReplicated(sandbox.mode) ? 1 : 0
  },

  is_controller(sandbox: Sandbox, source: number, length: number): number {
    if (length > MAX_PRINCIPAL_BYTES) throw failure('IC0504', 'Canister provided invalid principal id')
    const principal = principalFromBytes(sandbox.readHeap('is_controller', source, length))
    return sandbox.input.canister.controllers.includes(principal) ? 1 : 0
  },

  env_var_count(sandbox: Sandbox): number {
    return sandbox.input.canister.environmentVariables.length
  },

  env_var_name_size(sandbox: Sandbox, index: number): number {
    return nameAt(sandbox, index).length
  },

  env_var_name_copy(sandbox: Sandbox, index: number, destination: number, offset: number, length: number): void {
    sandbox.copyToHeap('env_var_name_copy', nameAt(sandbox, index), destination, offset, length)
  },

  env_var_name_exists(sandbox: Sandbox, source: number, length: number): number {
    return findValue(sandbox, readName(sandbox, 'env_var_name_exists', source, length)) === undefined ? 0 : 1
  },

  env_var_value_size(sandbox: Sandbox, source: number, length: number): number {
    return getValue(sandbox, 'env_var_value_size', source, length).length
  },

  env_var_value_copy(sandbox: Sandbox, source: number, nameLength: number, destination: number, offset: number, length: number): void {
    const value = getValue(sandbox, 'env_var_value_copy', source, nameLength)
    sandbox.copyToHeap('env_var_value_copy', value, destination, offset, length)
  },
}

function nameAt(sandbox: Sandbox, index: number): Uint8Array {
  const variables = sandbox.input.canister.environmentVariables
  if (index >= variables.length)
    throw contractViolation(
      `Environment variable index ${index} is out of bounds. The number of environment variables is ${variables.length}.`,
    )
  // Settings are sorted as texts; canisters see the order of the UTF-8 bytes.
  return variables.map(({name}) => encodeUtf8(name)).sort(compareBytes)[index]!
}

function readName(sandbox: Sandbox, call: string, source: number, length: number): string {
  if (length > MAX_ENVIRONMENT_VARIABLE_NAME_BYTES) throw contractViolation(`ic0.${call}: Variable name is too large.`)
  const name = decodeUtf8(sandbox.readHeap(call, source, length))
  if (name === undefined) throw contractViolation(`ic0.${call}: Variable name is not a valid UTF-8 string.`)
  return name
}

function findValue(sandbox: Sandbox, wanted: string): string | undefined {
  return sandbox.input.canister.environmentVariables.find(({name}) => name === wanted)?.value
}

function getValue(sandbox: Sandbox, call: string, source: number, length: number): Uint8Array {
  const name = readName(sandbox, call, source, length)
  const value = findValue(sandbox, name)
  if (value === undefined) throw contractViolation(`Environment variable ${name} not found.`)
  return encodeUtf8(value)
}
