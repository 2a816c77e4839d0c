/** Form fields for every Candid type: what one types becomes a value of `src/candid/types.ts`. */

import {encodeUtf8, fromHex} from '../../base/bytes.js'
import {INTEGERS, isBigKind} from '../../candid/integers.js'
import {printType} from '../../candid/print-type.js'
import {type CandidType, type CandidValue, type FieldsType, fieldKey, isBlob, resolveType, type TypeEnv} from '../../candid/types.js'
import {parsePrincipal} from '../../protocol/principal.js'
import {button, element, freshId} from './elements.js'

export interface Field {
  readonly element: HTMLElement
  /** Throws FieldFault when what was typed is not of the type. */
  read(): CandidValue
}

/** Shown beside the input it is about, which gets the focus. */
export class FieldFault extends Error {}

/** A field with its label. Parts that may never be used (of an opt, a vec, a variant) are built when they are: types may be recursive. */
export function createField(type: CandidType, env: TypeEnv, label: string): Field {
  const resolved = resolveType(type, env)
  switch (resolved.kind) {
    case 'null':
    case 'reserved':
      return {element: element('p', {}, `${label}: null`), read: () => null}
    case 'empty':
      return {
        element: element('p', {}, `${label}: no value of type empty exists`),
        read: () => {
          throw new FieldFault(`${label}: no value of type empty exists`)
        },
      }
    case 'bool':
      return boolField(label)
    case 'text':
      return inputField({label, type, control: element('textarea', {rows: 1}), parse: (text) => text})
    case 'principal':
    case 'service':
      return inputField({label, type, control: textInput(), parse: (text) => parsePrincipal(text.trim())})
    case 'float32':
    case 'float64':
      return inputField({label, type, control: textInput('decimal'), parse: parseFloatText})
    case 'func':
      return funcField(label)
    case 'opt':
      return optField(resolved.inner, env, label)
    case 'vec':
      return isBlob(resolved, env) ? blobField(label) : vecField(resolved.inner, env, label)
    case 'record':
      return recordField(resolved, env, label)
    case 'variant':
      return variantField(resolved, env, label)
    default: {
      const {kind} = resolved
      return inputField({label, type, control: textInput('numeric'), parse: (text) => parseInteger(text, kind)})
    }
  }
}

function textInput(inputMode = 'text'): HTMLInputElement {
  return element('input', {type: 'text', inputMode, spellcheck: false, autocomplete: 'off'})
}

interface InputOptions {
  readonly label: string
  readonly type: CandidType | string
  readonly control: HTMLInputElement | HTMLTextAreaElement
  readonly parse: (text: string) => CandidValue
}

function inputField({label, type, control, parse}: InputOptions): Field {
  const fault = element('p', {className: 'fault', id: freshId()})
  control.id = freshId()
  control.setAttribute('aria-describedby', fault.id)
  const typeName = element('span', {className: 'type'}, typeof type === 'string' ? type : printType(type))
  return {
    element: element('div', {className: 'field'}, element('label', {htmlFor: control.id}, label, ' ', typeName), control, fault),
    read() {
      try {
        const value = parse(control.value)
        fault.textContent = ''
        control.removeAttribute('aria-invalid')
        return value
      } catch (error) {
        fault.textContent = (error as Error).message
        control.setAttribute('aria-invalid', 'true')
        control.focus()
        throw new FieldFault(`${label}: ${(error as Error).message}`)
      }
    },
  }
}

function parseInteger(text: string, kind: keyof typeof INTEGERS): CandidValue {
  const digits = text.trim().replaceAll('_', '')
  if (!/^[+-]?\d+$|^0x[\da-fA-F]+$/.test(digits)) throw new Error('A whole number is expected.')
  const value = BigInt(digits.replace(/^\+/, ''))
  const {min, max} = INTEGERS[kind]
  if (value < min || (max !== undefined && value > max)) throw new Error(`The number is out of range for ${kind}.`)
  return isBigKind(kind) ? value : Number(value)
}

function parseFloatText(text: string): number {
  const trimmed = text.trim().replaceAll('_', '')
  const value = Number(trimmed)
  if (trimmed === '' || (Number.isNaN(value) && trimmed !== 'NaN')) throw new Error('A number is expected.')
  return value
}

function boolField(label: string): Field {
  const control = element('input', {type: 'checkbox', id: freshId()})
  return {
    element: element(
      'div',
      {className: 'field check'},
      control,
      element('label', {htmlFor: control.id}, label, ' ', element('span', {className: 'type'}, 'bool')),
    ),
    read: () => control.checked,
  }
}

/** Bytes as text, as hexadecimal digits, or from a file. */
function blobField(label: string): Field {
  let fileBytes: Uint8Array | undefined
  const mode = element(
    'select',
    {'aria-label': `${label}: how the bytes are given`},
    ...['text', 'hexadecimal', 'file'].map((name) => element('option', {}, name)),
  )
  const file = element('input', {type: 'file', hidden: true, 'aria-label': `${label}: file`})
  const control = element('textarea', {rows: 1, spellcheck: false})
  file.onchange = async () => {
    const chosen = file.files?.[0]
    fileBytes = chosen && new Uint8Array(await chosen.arrayBuffer())
  }
  mode.onchange = () => {
    file.hidden = mode.value !== 'file'
    control.hidden = mode.value === 'file'
  }
  const parse = (text: string): Uint8Array => {
    if (mode.value === 'text') return encodeUtf8(text)
    if (mode.value === 'hexadecimal') return fromHex(text.replace(/\s/g, ''))
    if (!fileBytes) throw new Error('No file is chosen.')
    return fileBytes
  }
  const field = inputField({label, type: 'blob', control, parse})
  field.element.append(mode, file)
  return field
}

function funcField(label: string): Field {
  const principal = inputField({label: 'canister', type: 'principal', control: textInput(), parse: (text) => parsePrincipal(text.trim())})
  const method = inputField({label: 'method', type: 'text', control: textInput(), parse: (text) => text})
  return {
    element: group(label, 'func', principal.element, method.element),
    read: () => ({principal: principal.read(), method: method.read()}),
  }
}

function optField(inner: CandidType, env: TypeEnv, label: string): Field {
  const control = element('input', {type: 'checkbox', id: freshId()})
  const place = element('div', {className: 'nested'})
  let field: Field | undefined
  control.onchange = () => {
    field = control.checked ? createField(inner, env, label) : undefined
    place.replaceChildren(...(field ? [field.element] : []))
  }
  const head = element(
    'div',
    {className: 'field check'},
    control,
    element('label', {htmlFor: control.id}, `${label} is given `, element('span', {className: 'type'}, 'opt')),
  )
  return {element: element('div', {}, head, place), read: () => (field ? [field.read()] : [])}
}

function vecField(inner: CandidType, env: TypeEnv, label: string): Field {
  const items: Field[] = []
  const list = element('ol', {className: 'items'})
  const add = button(`Add to ${label}`, () => {
    const field = createField(inner, env, 'item')
    const row = element('li', {}, field.element)
    row.append(
      button(
        'Remove',
        () => {
          items.splice(items.indexOf(field), 1)
          row.remove()
          add.focus()
        },
        {className: 'small'},
      ),
    )
    items.push(field)
    list.append(row)
    row.querySelector<HTMLElement>('input, textarea, select, button')?.focus()
  })
  return {element: group(label, 'vec', list, add), read: () => items.map((item) => item.read())}
}

function recordField({fields}: FieldsType, env: TypeEnv, label: string): Field {
  const parts = fields.map((field) => [fieldKey(field), createField(field.type, env, field.name ?? String(field.id))] as const)
  return {
    element: group(label, 'record', ...parts.map(([, field]) => field.element)),
    read: () => Object.fromEntries(parts.map(([key, field]) => [key, field.read()])),
  }
}

function variantField({fields}: FieldsType, env: TypeEnv, label: string): Field {
  const choice = element(
    'select',
    {id: freshId()},
    ...fields.map((field) => element('option', {value: fieldKey(field)}, field.name ?? String(field.id))),
  )
  const place = element('div', {className: 'nested'})
  let current: Field | undefined
  const show = (): void => {
    const chosen = fields[choice.selectedIndex]
    current = chosen && createField(chosen.type, env, chosen.name ?? String(chosen.id))
    const hasContent = chosen !== undefined && resolveType(chosen.type, env).kind !== 'null'
    place.replaceChildren(...(hasContent && current ? [current.element] : []))
  }
  choice.onchange = show
  show()
  const head = element(
    'div',
    {className: 'field'},
    element('label', {htmlFor: choice.id}, label, ' ', element('span', {className: 'type'}, 'variant')),
    choice,
  )
  return {
    element: element('div', {}, head, place),
    read() {
      if (!current) throw new FieldFault(`${label}: the variant has no cases`)
      return {[choice.value]: current.read()}
    },
  }
}

function group(label: string, type: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element('fieldset', {}, element('legend', {}, label, ' ', element('span', {className: 'type'}, type)), ...children)
}
