/** Loaded before the tests of a project: `icicle/testing` is that of the program that runs them, also where it is not installed. */

import {register} from 'node:module'

const target = import.meta.resolve('#entry/testing/main.js')

register(
  `data:text/javascript,${encodeURIComponent(`
export const resolve = (specifier, context, next) =>
  specifier === 'icicle/testing' ? {url: ${JSON.stringify(target)}, shortCircuit: true} : next(specifier, context)
`)}`,
)
