/** The Motoko compiler, on threads of its own. Nothing starts before the first task (or `warm`); `close` ends the threads. */

import {availableParallelism} from 'node:os'
import {Worker} from 'node:worker_threads'
import {CompilerCrashed} from '../errors.js'
import type {CompileOutput, CompileReply, CompileRequest, CompileTask} from './compile-request.js'

/** Measured 2026-11 on 2 cores: a young generation of 256 MB makes compiling 15–25 % faster. Peak 616 MB for large programs. */
const THREAD_LIMITS = {maxYoungGenerationSizeMb: 256, maxOldGenerationSizeMb: 4096, stackSizeMb: 32}

interface Waiting {
  readonly main: string
  readonly resolve: (output: CompileOutput) => void
  readonly reject: (error: Error) => void
}

/** Each thread takes up to 0.6 GB: half of the processors, and never more than this. */
const MAX_THREADS = 4

/** Does tasks at the same time, as far as the machine allows. */
export class MotokoCompiler {
  readonly #threads: CompilerThread[] = []

  /** Starts one thread and loads the compiler (0.3 s) while the caller does other things. */
  warm(): void {
    this.#idlest().warm()
  }

  /** Throws CompilerCrashed when the compiler fails on its own account. */
  run(task: CompileTask): Promise<CompileOutput> {
    return this.#idlest().run(task)
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()))
  }

  #idlest(): CompilerThread {
    const [best] = [...this.#threads].sort((a, b) => a.load - b.load)
    if (best && (best.load === 0 || this.#threads.length >= maxThreads())) return best
    const thread = new CompilerThread()
    this.#threads.push(thread)
    return thread
  }
}

function maxThreads(): number {
  return Math.max(1, Math.min(MAX_THREADS, Math.floor(availableParallelism() / 2)))
}

class CompilerThread {
  #worker: Worker | undefined
  #nextId = 0
  readonly #waiting = new Map<number, Waiting>()

  /** Tasks that are not done. */
  get load(): number {
    return this.#waiting.size
  }

  warm(): void {
    this.#thread()
  }

  /** Tasks are done one after the other. */
  run(task: CompileTask): Promise<CompileOutput> {
    const worker = this.#thread()
    const id = this.#nextId++
    const main = task.kind === 'compare' ? 'stable signature' : task.program.main
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {main, resolve, reject})
      // Referenced only while it works: an idle compiler does not keep the program alive.
      worker.ref()
      worker.postMessage({id, task} satisfies CompileRequest)
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL(import.meta.resolve('#entry/builders/motoko/compile.worker.js')), {resourceLimits: THREAD_LIMITS})
    worker.on('message', (reply: CompileReply) => this.#settle(reply))
    worker.on('error', (error) => this.#fail(error.message))
    worker.on('exit', () => this.#fail('its thread ended'))
    worker.unref()
    this.#worker = worker
    return worker
  }

  #settle(reply: CompileReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ('output' in reply) waiting?.resolve(reply.output)
    else waiting?.reject(new CompilerCrashed(waiting.main, reply.failure))
  }

  #fail(reason: string): void {
    this.#worker = undefined
    for (const {main, reject} of this.#waiting.values()) reject(new CompilerCrashed(main, reason))
    this.#waiting.clear()
  }
}
