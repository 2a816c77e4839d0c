/**
 * Interface descriptions (.did) to types and back.
 *
 * Source: Candid specification, "Core grammar", "Interfaces" and "Imports".
 */

import {compareText} from './compare-text.js'
import {type Doc, layOut} from './doc.js'
import {CandidError} from './errors.js'
import {Lexer} from './lexer.js'
import {TypeParser} from './parse-type.js'
import {methodsDoc, typeDoc, typesDoc, WIDTH} from './print-type.js'
import {isKeyword} from './quote.js'
import {type CandidInterface, type CandidType, resolveType} from './types.js'

export interface DidOptions {
  /** The text behind `import "path"`; undefined when there is none. Imports of imports come with their own path, as written. */
  readonly resolveImport?: (path: string) => string | undefined
}

/** Throws CandidError 'CANDID_SYNTAX' or 'CANDID_TYPE' with line and column. */
export function parseDid(text: string, options: DidOptions = {}): CandidInterface {
  const parser = new DidParser(options)
  const finish = parser.file(text)
  parser.check()
  const service = finish?.()
  return service ? {types: parser.types, service} : {types: parser.types}
}

type Service = NonNullable<CandidInterface['service']>
/** Yields the service once all definitions are known. */
type FinishService = () => Service

class DidParser {
  readonly types = new Map<string, CandidType>()
  /** Every file is read once, even by files that import each other. */
  private readonly files = new Map<string, FinishService | undefined>()
  private readonly checks: (() => void)[] = []

  constructor(private readonly options: DidOptions) {}

  /** Definitions go to `types`; the result is what the file serves. */
  file(text: string): FinishService | undefined {
    const lexer = new Lexer(text)
    const parser = new TypeParser(lexer)
    const imports: ServiceImport[] = []
    while (lexer.isName('type') || lexer.isName('import')) {
      if (lexer.acceptName('import')) this.import(lexer, imports)
      else this.definition(lexer, parser)
      if (!lexer.accept(';')) break
    }
    const service = lexer.acceptName('service') ? readService(lexer, parser) : undefined
    lexer.expectEnd()
    this.checks.push(() => parser.check(this.types))
    if (!service && imports.length === 0) return undefined
    return () => this.finish(lexer, service ?? NO_SERVICE, imports)
  }

  check(): void {
    for (const check of this.checks) check()
  }

  private definition(lexer: Lexer, parser: TypeParser): void {
    lexer.next()
    const {offset, kind} = lexer.token
    if (kind !== 'name') throw lexer.unexpected('the name of the type')
    const name = lexer.expectName('the name of the type')
    if (isKeyword(name)) throw lexer.errorAt(offset, `'${name}' cannot name a type`)
    if (this.types.has(name)) throw lexer.errorAt(offset, `type '${name}' is defined twice`, 'CANDID_TYPE')
    lexer.expect('=')
    this.types.set(name, parser.type())
    this.checks.push(() => lexer.locate(offset, () => resolveType({kind: 'var', name}, this.types)))
  }

  /** `import "file"` takes the definitions, `import service "file"` the methods too. */
  private import(lexer: Lexer, imports: ServiceImport[]): void {
    const withService = lexer.acceptName('service')
    const {offset} = lexer.token
    const path = lexer.expectText('the path of the file to import')
    if (withService) imports.push({path, offset})
    if (this.files.has(path)) return
    this.files.set(path, undefined)
    const text = this.options.resolveImport?.(path)
    if (text === undefined) throw lexer.errorAt(offset, `cannot import '${path}'`, 'CANDID_TYPE')
    this.files.set(
      path,
      inFile(path, () => this.file(text)),
    )
  }

  private finish(lexer: Lexer, {offset, initArgs, type}: ParsedService, imports: readonly ServiceImport[]): Service {
    const resolved = lexer.locate(offset, () => resolveType(type, this.types))
    if (resolved.kind !== 'service') throw lexer.errorAt(offset, `expected a service, got ${resolved.kind}`, 'CANDID_TYPE')
    const methods = new Map(resolved.methods.map((method) => [method.name, method]))
    for (const {path, offset: place} of imports) {
      const imported = this.files.get(path)
      if (!imported) throw lexer.errorAt(place, `'${path}' has no service`, 'CANDID_TYPE')
      for (const method of imported().methods) {
        if (methods.has(method.name)) throw lexer.errorAt(place, `method '${method.name}' of '${path}' is defined twice`, 'CANDID_TYPE')
        methods.set(method.name, method)
      }
    }
    return {
      ...(initArgs && {initArgs}),
      ...(type.kind === 'var' && imports.length === 0 && {typeName: type.name}),
      methods: [...methods.values()].sort((a, b) => compareText(a.name, b.name)),
    }
  }
}

interface ServiceImport {
  readonly path: string
  readonly offset: number
}

interface ParsedService {
  readonly offset: number
  readonly initArgs: readonly CandidType[] | undefined
  readonly type: CandidType
}

const NO_SERVICE: ParsedService = {offset: 0, initArgs: undefined, type: {kind: 'service', methods: []}}

function readService(lexer: Lexer, parser: TypeParser): ParsedService {
  if (lexer.token.kind === 'name') lexer.next()
  lexer.expect(':')
  const {offset} = lexer.token
  const initArgs = lexer.isSymbol('(') ? parser.types() : undefined
  if (initArgs) lexer.expect('->')
  const type: CandidType = lexer.isSymbol('{') ? {kind: 'service', methods: parser.methods()} : parser.type()
  lexer.accept(';')
  return {offset, initArgs, type}
}

function inFile<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CandidError)) throw error
    throw new CandidError(error.code, `in '${path}': ${error.message}`)
  }
}

/** The interface as a .did text, definitions in order of their names. */
export function printDid({types, service}: CandidInterface): string {
  const names = [...types.keys()].sort(compareText)
  const definitions = names.map((name) => layOut(['type ', name, ' = ', typeDoc(types.get(name)!), ';'], WIDTH))
  return `${[...definitions, ...(service ? [layOut(serviceDoc(service), WIDTH)] : [])].join('\n')}\n`
}

function serviceDoc({initArgs, methods, typeName}: Service): Doc {
  return ['service : ', initArgs ? [typesDoc(initArgs), ' -> '] : [], typeName ?? methodsDoc(methods)]
}
