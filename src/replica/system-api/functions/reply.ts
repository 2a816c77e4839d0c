/** Answering the call. */

import {decodeUtf8} from '../../../base/bytes.js'
import {contractViolation} from '../errors.js'
import type {Sandbox} from '../sandbox.js'

export const replyFunctions = {
  msg_reply_data_append(sandbox: Sandbox, source: number, length: number): void {
    sandbox.reply.checkRoom(length)
    sandbox.reply.append(sandbox.readHeap('msg_reply_data_append', source, length))
  },

  msg_reply(sandbox: Sandbox): void {
    sandbox.reply.sendReply()
    sandbox.account.closeContext()
  },

  msg_reject(sandbox: Sandbox, source: number, length: number): void {
    sandbox.reply.checkReject(length)
    const message = decodeUtf8(sandbox.readHeap('msg_reject', source, length))
    if (message === undefined) throw contractViolation('ic0.msg_reject: invalid UTF-8 string provided')
    sandbox.reply.sendReject(message)
    sandbox.account.closeContext()
  },
}
