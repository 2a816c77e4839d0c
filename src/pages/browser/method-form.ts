/** One method of the interface: its form, its call, its results. */

import {decodeArgs} from '../../candid/decode.js'
import {encodeArgs} from '../../candid/encode.js'
import {printArgs} from '../../candid/print.js'
import {printArgsJson} from '../../candid/print-json.js'
import {printType} from '../../candid/print-type.js'
import {parseArgs} from '../../candid/text.js'
import type {CandidValue, FuncType, TypeEnv} from '../../candid/types.js'
import {isQuery} from './connection.js'
import {button, element, freshId} from './elements.js'
import {createField, FieldFault} from './fields.js'

export interface Method {
  readonly name: string
  readonly type: FuncType
  readonly env: TypeEnv
}

export interface CallRecord {
  readonly method: string
  /** As Candid text, so that it can be used again. */
  readonly args: string
  readonly result: string
  readonly isFailure: boolean
}

export interface MethodForm {
  readonly element: HTMLDetailsElement
  /** Opens the form with these arguments as text. */
  fill(args: string): void
}

/** `send` gives the reply; `record` hears of every call that ended. */
export function createMethodForm(
  method: Method,
  send: (method: Method, arg: Uint8Array) => Promise<Uint8Array | undefined>,
  record: (call: CallRecord) => void,
): MethodForm {
  const {name, type, env} = method
  const fields = element('div', {className: 'fields'})
  const text = element('textarea', {rows: 4, spellcheck: false, id: freshId(), value: '()'})
  const textPart = element(
    'div',
    {className: 'field', hidden: true},
    element('label', {htmlFor: text.id}, 'Arguments as Candid text'),
    text,
  )
  const asText = element('input', {type: 'checkbox', id: freshId()})
  const output = element('div', {className: 'output', 'aria-live': 'polite'})
  const run = element('button', {type: 'submit'}, isQuery(type) ? 'Query' : 'Call')
  const readFields = buildLater(method, fields)
  asText.onchange = () => {
    textPart.hidden = !asText.checked
    fields.hidden = asText.checked
  }
  const readValues = (): readonly CandidValue[] => (asText.checked ? parseArgs(text.value, type.args, env).values : readFields())
  const form = element('form', {}, fields, textPart)
  if (type.args.length > 0)
    form.append(element('div', {className: 'field check'}, asText, element('label', {htmlFor: asText.id}, 'Give the arguments as text')))
  form.append(run)
  form.onsubmit = async (event) => {
    event.preventDefault()
    run.disabled = true
    output.replaceChildren(element('p', {}, 'Waiting for the answer…'))
    const call = await runCall(method, readValues, send)
    run.disabled = false
    output.replaceChildren(call.view)
    if (call.record) record(call.record)
  }
  const signature = `(${type.args.map(printType).join(', ')}) → (${type.results.map(printType).join(', ')})`
  const kind = isQuery(type) ? 'query' : type.modes.includes('oneway') ? 'oneway' : 'update'
  const summary = element('summary', {}, element('code', {}, name), ' ', element('span', {className: 'type'}, `${kind} ${signature}`))
  const details = element('details', {}, summary, form, output)
  details.ontoggle = () => details.open && readFields.build()
  return {
    element: details,
    fill(args) {
      details.open = true
      asText.checked = type.args.length > 0
      text.value = args
      asText.onchange?.(new Event('change'))
      details.scrollIntoView({block: 'nearest'})
      run.focus()
    },
  }
}

/** The fields are made when the method is opened first: an interface may have hundreds of methods. */
function buildLater({type, env}: Method, place: HTMLElement): (() => readonly CandidValue[]) & {build(): void} {
  let fields: readonly ReturnType<typeof createField>[] | undefined
  const build = (): void => {
    if (fields) return
    fields = type.args.map((arg, index) => createField(arg, env, type.args.length === 1 ? 'argument' : `argument ${index + 1}`))
    place.replaceChildren(...fields.map((field) => field.element))
  }
  const read = (): readonly CandidValue[] => {
    build()
    return fields!.map((field) => field.read())
  }
  return Object.assign(read, {build})
}

interface EndedCall {
  readonly view: HTMLElement
  readonly record?: CallRecord
}

async function runCall(
  method: Method,
  readValues: () => readonly CandidValue[],
  send: (method: Method, arg: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<EndedCall> {
  const {name, type, env} = method
  let args = ''
  try {
    const values = readValues()
    const bytes = encodeArgs(type.args, values, env)
    args = printArgs(type.args, values, env)
    const start = performance.now()
    const reply = await send(method, bytes)
    const took = `${(performance.now() - start).toFixed(0)} ms`
    const results = reply ? decodeArgs(reply, type.results, env) : []
    const candid = reply ? printArgs(type.results, results, env) : 'sent; there is no answer to wait for'
    const json = reply && type.results.length > 0 ? printArgsJson(type.results, results, env) : ''
    return {view: viewResult(candid, json, took), record: {method: name, args, result: candid, isFailure: false}}
  } catch (error) {
    const message = (error as Error).message
    const view = element('p', {className: 'fault', role: 'alert'}, message)
    return error instanceof FieldFault || args === '' ? {view} : {view, record: {method: name, args, result: message, isFailure: true}}
  }
}

function viewResult(candid: string, json: string, took: string): HTMLElement {
  const text = element('pre', {tabIndex: 0}, candid)
  const formats = json === '' ? [] : [['Candid', candid] as const, ['JSON', json] as const]
  const buttons = formats.map(([name, content]) =>
    button(name, () => {
      text.textContent = content
      for (const each of buttons) each.setAttribute('aria-pressed', String(each.textContent === name))
    }),
  )
  for (const [index, each] of buttons.entries()) each.setAttribute('aria-pressed', String(index === 0))
  const copy = button('Copy', () => void navigator.clipboard.writeText(text.textContent))
  return element('div', {}, element('div', {className: 'row'}, element('span', {}, took), ...buttons, copy), text)
}
