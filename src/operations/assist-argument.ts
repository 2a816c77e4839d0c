/** The argument assistant: asks for the values of a method's arguments one by one, in the words of their types. */

import {IcicleError} from '../base/errors.js'
import {printArgs} from '../candid/print.js'
import {printType} from '../candid/print-type.js'
import {parseArgs} from '../candid/text.js'
import {type CandidField, type CandidType, type CandidValue, fieldKey, resolveType, type TypeEnv} from '../candid/types.js'
import {findPrincipal} from '../protocol/principal.js'
import type {ExpectedArguments} from './encode-argument.js'
import type {Reporter} from './reporter.js'

export interface Assistance extends ExpectedArguments {
  readonly ask: (question: string) => Promise<string>
  readonly reporter: Reporter
}

/** A wrong answer is explained and asked for again. Shows the whole argument at the end. */
export async function assistArgument({ask, reporter, types, env}: Assistance): Promise<CandidValue[]> {
  const assistant = new Assistant(ask, reporter, env)
  reporter.info('This method takes arguments: answer one question after the other.')
  const values: CandidValue[] = []
  for (const [index, type] of types.entries())
    values.push(await assistant.value(type, types.length === 1 ? 'argument' : `argument ${index + 1}`))
  reporter.info(`Sending the following argument:\n${printArgs(types, values, env)}`)
  return values
}

const YES = /^\s*y(es)?\s*$/i

class Assistant {
  constructor(
    private readonly ask: (question: string) => Promise<string>,
    private readonly reporter: Reporter,
    private readonly env: TypeEnv,
  ) {}

  async value(type: CandidType, name: string): Promise<CandidValue> {
    const resolved = resolveType(type, this.env)
    switch (resolved.kind) {
      case 'null':
      case 'reserved':
        return null
      case 'text':
        return this.ask(`${name} (text): `)
      case 'bool':
        return this.confirm(`${name} (bool), true?`)
      case 'opt':
        return (await this.confirm(`${name} (${printType(type)}): give a value?`)) ? [await this.value(resolved.inner, name)] : []
      case 'vec':
        return resolveType(resolved.inner, this.env).kind === 'nat8' ? this.parsed(type, name) : this.list(resolved.inner, name)
      case 'record':
        return this.record(resolved.fields, name)
      case 'variant':
        return this.variant(resolved.fields, name)
      default:
        return this.parsed(type, name)
    }
  }

  private async confirm(question: string): Promise<boolean> {
    return YES.test(await this.ask(`${question} yes/No `))
  }

  private async list(inner: CandidType, name: string): Promise<CandidValue> {
    const values: CandidValue[] = []
    while (await this.confirm(`${name}: ${values.length === 0 ? 'give an element?' : 'one more element?'}`))
      values.push(await this.value(inner, `${name}[${values.length}]`))
    return values
  }

  private async record(fields: readonly CandidField[], name: string): Promise<CandidValue> {
    const entries: [string, CandidValue][] = []
    for (const field of fields) entries.push([fieldKey(field), await this.value(field.type, `${name}.${field.name ?? field.id}`)])
    return Object.fromEntries(entries)
  }

  private async variant(fields: readonly CandidField[], name: string): Promise<CandidValue> {
    const tags = fields.map((field) => String(field.name ?? field.id))
    for (;;) {
      const tag = (await this.ask(`${name}, one of ${tags.join(', ')}: `)).trim()
      const field = fields[tags.indexOf(tag)]
      if (field) return {[fieldKey(field)]: await this.value(field.type, `${name}.${tag}`)}
      this.reporter.warn(`There is no tag '${tag}'.`)
    }
  }

  /** Numbers, principals, blobs: as Candid text; a principal also without its keyword, a blob also as hexadecimal `0x…`. */
  private async parsed(type: CandidType, name: string): Promise<CandidValue> {
    for (;;) {
      const text = (await this.ask(`${name} (${printType(type)}): `)).trim()
      try {
        return parseArgs(`(${this.toCandid(type, text)})`, [type], this.env).values[0]!
      } catch (error) {
        if (!(error instanceof IcicleError)) throw error
        this.reporter.warn(error.message)
      }
    }
  }

  private toCandid(type: CandidType, text: string): string {
    const {kind} = resolveType(type, this.env)
    if (kind === 'principal' && findPrincipal(text) !== undefined) return `principal "${text}"`
    const hex = kind === 'vec' ? /^0x((?:[\da-f]{2})*)$/i.exec(text)?.[1] : undefined
    return hex === undefined ? text : `blob "${hex.replace(/../g, '\\$&')}"`
  }
}
