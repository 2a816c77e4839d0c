/** The pair `x_size` and `x_copy` by which a canister reads a blob of the system. */

import type {Sandbox} from '../sandbox.js'

type BlobFunctions<Name extends string> = {readonly [Key in `${Name}_size`]: (sandbox: Sandbox) => number} & {
  readonly [Key in `${Name}_copy`]: (sandbox: Sandbox, destination: number, offset: number, length: number) => void
}

export function blobFunctions<Name extends string>(name: Name, getBlob: (sandbox: Sandbox) => Uint8Array): BlobFunctions<Name> {
  return {
    [`${name}_size`]: (sandbox: Sandbox) => getBlob(sandbox).length,
    [`${name}_copy`]: (sandbox: Sandbox, destination: number, offset: number, length: number) =>
      sandbox.copyToHeap(`${name}_copy`, getBlob(sandbox), destination, offset, length),
  } as unknown as BlobFunctions<Name>
}
