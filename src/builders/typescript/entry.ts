/**
 * The module around a user's canister: makes an instance of each class, which registers its methods, and keeps what azle's Wasm asks
 * for. azle's side of it: the dispatch action SET_AZLE_CANISTER_CLASS_META, the global `_azleGetCandidAndMethodMeta`, and the static
 * `_azleCanisterClassMeta` that its decorators fill.
 */

/** @param main how the entry imports the user's file. */
export function entrySource(main: string): string {
  return `
import 'azle/_internal/globals'
import {getDefaultVisitorData, IDL, idlToString} from 'azle'
import * as canister from ${JSON.stringify(main)}

const isClass = (value) => typeof value === 'function' && String(value).startsWith('class')
const classes = [canister.default].flat()
if (!classes.every(isClass)) throw new Error('The default export must be a class, or an array of classes.')

const meta = {
  callbacks: {},
  canisterMethodIdlParamTypes: {},
  canisterMethodsIndex: 0,
  initAndPostUpgradeIdlTypes: [],
  methodMeta: {queries: [], updates: []},
}
for (const each of classes) {
  each._azleCanisterClassMeta = meta
  new each()
}
globalThis._azleDispatch({
  type: 'SET_AZLE_CANISTER_CLASS_META',
  payload: meta,
  location: {filepath: 'entry', functionName: ''},
})

globalThis._azleGetCandidAndMethodMeta = () => {
  const {queries = [], updates = []} = meta.methodMeta
  const hidden = new Set([...queries, ...updates].filter((method) => method.hidden).map((method) => method.name))
  const service = Object.fromEntries(Object.entries(meta.canisterMethodIdlParamTypes).filter(([name]) => !hidden.has(name)))
  const candid = idlToString(IDL.Service(service), {
    ...getDefaultVisitorData(),
    isFirstService: true,
    initAndPostUpgradeParamIdlTypes: meta.initAndPostUpgradeIdlTypes,
  })
  return JSON.stringify({candid, methodMeta: meta.methodMeta})
}
`
}
