/** The Candid UI: forms for the methods of any canister of the network, made from its own interface. */

import type {Identity} from '@dfinity/agent'
import {parseDid} from '../../candid/did.js'
import {resolveType} from '../../candid/types.js'
import {Connection, isQuery} from './connection.js'
import {element} from './elements.js'
import {type CallHistory, createHistory} from './history.js'
import {createIdentityChoice} from './identities.js'
import {createMethodForm, type Method, type MethodForm} from './method-form.js'

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T

let connection: Connection | undefined
const identities = createIdentityChoice((identity: Identity) => connection?.useIdentity(identity))

function say(text: string, isFailure = false): void {
  const message = byId('message')
  message.textContent = text
  message.className = isFailure ? 'fault' : ''
}

async function show(canisterId: string): Promise<void> {
  say('Reading the interface…')
  try {
    connection = await Connection.open(canisterId, identities.get())
    const did = await connection.findInterface()
    if (did === undefined) return say(`Canister ${canisterId} has no code, or does not tell its interface.`, true)
    byId('methods').replaceChildren(...createView(canisterId, did))
    document.title = `${canisterId} · Candid UI · icicle`
    say('')
  } catch (error) {
    say((error as Error).message, true)
  }
}

function createView(canisterId: string, did: string): readonly HTMLElement[] {
  const {types: env, service} = parseDid(did)
  const forms = new Map<string, MethodForm>()
  const history: CallHistory = createHistory(canisterId, ({method, args}) => forms.get(method)?.fill(args))
  const methods = (service?.methods ?? []).flatMap(({name, type}): Method[] => {
    const resolved = resolveType(type, env)
    return resolved.kind === 'func' ? [{name, type: resolved, env}] : []
  })
  for (const method of methods)
    forms.set(
      method.name,
      createMethodForm(method, ({name, type}, arg) => connection!.call(name, type, arg), history.add),
    )
  const section = (title: string, chosen: readonly Method[]): readonly HTMLElement[] =>
    chosen.length === 0 ? [] : [element('h2', {}, title), ...chosen.map(({name}) => forms.get(name)!.element)]
  return [
    ...section(
      'Queries',
      methods.filter(({type}) => isQuery(type)),
    ),
    ...section(
      'Updates',
      methods.filter(({type}) => !isQuery(type)),
    ),
    history.element,
    element('details', {}, element('summary', {}, 'Interface'), element('pre', {tabIndex: 0}, did)),
  ]
}

byId('identity').append(identities.element)
const canisterId = new URLSearchParams(location.search).get('id') ?? ''
byId<HTMLInputElement>('canister').value = canisterId
if (canisterId === '') say('Enter the id of a canister; `icicle canister id NAME` tells it.')
else void show(canisterId)
