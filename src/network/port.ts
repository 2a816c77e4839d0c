/** Whether an address can be listened on. */
import {createServer} from 'node:net'
import {errorCode} from '../io/files.js'
import type {Bind} from '../project/networks.js'

/** False when another program listens there; other obstacles (a foreign address, a port below 1024) are thrown. */
export async function isPortFree({host, port}: Bind): Promise<boolean> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen({host, port, exclusive: true}, resolve)
    })
    return true
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return false
    throw error
  } finally {
    probe.close()
  }
}
