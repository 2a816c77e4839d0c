/** `icicle/testing`: what the tests of a project import. Its types are in `index.d.ts`. */

export {startNetwork, TestNetwork} from './test-network.js'
