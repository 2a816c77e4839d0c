import {IcicleError} from '../base/errors.js'

export class ServerPortInUse extends IcicleError {
  readonly code = 'PORT_IN_USE'
  constructor(host: string, port: number) {
    super(`${host}:${port} is in use by another process.`, {hints: ['Choose another port with `icicle start --host 127.0.0.1:PORT`.']})
  }
}
