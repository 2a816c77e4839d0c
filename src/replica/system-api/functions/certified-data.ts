/** Certified data and the certificate that proves it in a query. */

import {contractViolation} from '../errors.js'
import {MAX_CERTIFIED_DATA_BYTES} from '../limits.js'
import type {Sandbox} from '../sandbox.js'

export const certifiedDataFunctions = {
  certified_data_set(sandbox: Sandbox, source: number, length: number): void {
    if (length > MAX_CERTIFIED_DATA_BYTES)
      throw contractViolation(
        `ic0_certified_data_set failed because the passed data must be no larger than ${MAX_CERTIFIED_DATA_BYTES} bytes. Found ${length} bytes.`,
      )
    sandbox.certifiedData = sandbox.readHeap('certified_data_set', source, length)
  },

  data_certificate_present(sandbox: Sandbox): number {
    return sandbox.getDataCertificate() === undefined ? 0 : 1
  },

  data_certificate_size(sandbox: Sandbox): number {
    return getCertificate(sandbox, 'data_certificate_size').length
  },

  data_certificate_copy(sandbox: Sandbox, destination: number, offset: number, length: number): void {
    const certificate = getCertificate(sandbox, 'data_certificate_copy')
    sandbox.copyToHeap('data_certificate_copy', certificate, destination, offset, length)
  },
}

function getCertificate(sandbox: Sandbox, name: string): Uint8Array {
  const certificate = sandbox.getDataCertificate()
  if (certificate === undefined) throw sandbox.wrongMode(name)
  return certificate
}
