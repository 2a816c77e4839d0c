import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {concatBytes, encodeUtf8, toHex} from '../../../src/base/bytes.js'
import {sha256} from '../../../src/base/sha256.js'
import {parseDid, printDid} from '../../../src/candid/did.js'
import {repositoryRoot} from '../../support/repository-root.js'

const template = join(repositoryRoot, 'templates', 'assetstorage')
const checksums = new Map(
  readFileSync(join(template, 'assetstorage.sha256'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('  ').reverse() as [string, string]),
)

describe('the module of the asset canister', () => {
  it('is the one that was built', () => {
    const wasm = gunzipSync(readFileSync(join(template, 'assetstorage.wasm.gz')))
    assert.equal(toHex(sha256(new Uint8Array(wasm))), checksums.get('assetstorage.wasm'))
  })

  it('was built from the sources as they are', () => {
    const folder = join(repositoryRoot, 'src', 'system-canisters', 'asset-canister')
    const files = readdirSync(folder).sort()
    const content = files.flatMap((file) => [encodeUtf8(`${file}\0`), new Uint8Array(readFileSync(join(folder, file)))])
    assert.equal(toHex(sha256(concatBytes(...content))), checksums.get('sources'), 'run `node bin/build-asset-canister.js`')
  })

  it('has the interface of the standard asset canister', () => {
    const {service} = parseDid(readFileSync(join(template, 'assetstorage.did'), 'utf8'))
    const names = new Set(service?.methods.map(({name}) => name))
    const standard =
      'api_version authorize certified_tree clear commit_batch commit_proposed_batch compute_evidence compute_state_hash configure create_asset create_batch create_chunk create_chunks deauthorize delete_asset delete_batch get get_asset_properties get_chunk get_configuration get_state_info grant_permission http_request http_request_streaming_callback list list_authorized list_permitted propose_commit_batch revoke_permission set_asset_content set_asset_properties store take_ownership unset_asset_content validate_commit_proposed_batch validate_configure validate_grant_permission validate_revoke_permission validate_take_ownership'
    assert.deepEqual(
      standard.split(' ').filter((name) => !names.has(name)),
      [],
    )
    assert.match(printDid(parseDid(readFileSync(join(template, 'assetstorage.did'), 'utf8'))), /service : \(.*opt /)
  })
})
