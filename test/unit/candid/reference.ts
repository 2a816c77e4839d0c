/** The reference implementation of Candid texts, as Wasm. */

import {createRequire} from 'node:module'

export interface Reference {
  getServiceMethods(idl: string): string[]
  encode(args: {
    idl: string
    input: string
    withType?: {kind: 'type' | 'methodParams' | 'serviceParams'; name?: string}
    targetFormat?: 'hex' | 'blob'
  }): string
  decode(args: {
    idl: string
    input: string
    serviceMethod?: string
    useServiceMethodReturnType?: boolean
    inputFormat?: 'hex' | 'blob'
  }): string
}

export const didc = createRequire(import.meta.url)('@dfinity/didc') as Reference
