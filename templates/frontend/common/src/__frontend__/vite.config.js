import {fileURLToPath} from 'node:url'
import {defineConfig, loadEnv} from 'vite'
import plugins from './vite.plugins.js'

/** The project: `__program__ deploy` writes the ids of its canisters into `.env` there. */
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where the local network listens; only `npm run dev` needs it. */
const network = process.env.NETWORK_URL ?? 'http://127.0.0.1:4943'

export default defineConfig(({mode}) => {
  const variables = {DFX_NETWORK: 'local', ...loadEnv(mode, root, ['CANISTER_', 'DFX_'])}
  return {
    plugins,
    define: Object.fromEntries(Object.entries(variables).map(([name, value]) => [`process.env.${name}`, JSON.stringify(value)])),
    resolve: {dedupe: ['@icp-sdk/core']},
    build: {emptyOutDir: true},
    server: {proxy: {'/api': {target: network, changeOrigin: true}}},
  }
})
