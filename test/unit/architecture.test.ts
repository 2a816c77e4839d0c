import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {builtinModules} from 'node:module'
import {dirname, join, posix, relative, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {ALLOWED_EFFECTS, PURE_CRYPTO, type Room, rooms} from './rooms.js'

interface SourceFile {
  /** Path below `src`, with forward slashes. */
  readonly path: string
  readonly text: string
}

const EFFECTS: readonly {readonly name: string; readonly pattern: RegExp}[] = [
  {name: 'a clock', pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.|\bhrtime\b/},
  {name: 'randomness', pattern: /\bMath\.random\(|\brandomBytes\b|\bgetRandomValues\b|\brandomUUID\b/},
  {name: 'the process', pattern: /\bprocess\.\w/},
  {name: 'a timer', pattern: /\bset(Timeout|Interval|Immediate)\(/},
  {name: 'the console', pattern: /\bconsole\.\w/},
  {name: 'the network', pattern: /\bfetch\(/},
  {name: 'asynchrony', pattern: /\basync\b|\bawait\b|\bnew Promise\b/},
]

/** Room of a path below `src`: `replica/state` for replica files, else the first folder. */
function roomOf(path: string): string {
  const parts = path.split('/')
  return parts[0] === 'replica' ? `replica/${parts[1]}` : parts[0]!
}

/** The specifiers a TypeScript text imports or exports from, types included. */
function findImports(text: string): {readonly specifier: string; readonly clause: string}[] {
  const found = [...text.matchAll(/^(?:import|export)\s+(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]/gm)].map((match) => ({
    clause: match[1] ?? '',
    specifier: match[2]!,
  }))
  const dynamic = [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map((match) => ({clause: '', specifier: match[1]!}))
  return [...found, ...dynamic]
}

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** Every broken rule of one file, a sentence each. */
function findViolations({path, text}: SourceFile, table: Record<string, Room>): string[] {
  const room = roomOf(path)
  const rules = table[room]
  if (!rules) return [`${path}: '${room}' is not a room`]
  const violations: string[] = []
  for (const {specifier, clause} of findImports(text)) {
    if (specifier.startsWith('.')) {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier))
      if (target.startsWith('..')) continue
      const targetRoom = roomOf(target)
      if (targetRoom !== room && !rules.imports.includes(targetRoom))
        violations.push(`${path}: ${room} may not import ${targetRoom} (${specifier})`)
      if (/\/index\.js$/.test(specifier)) violations.push(`${path}: import from the file that defines the name, not ${specifier}`)
      continue
    }
    if (!rules.pure) continue
    const allowed = (rules.packages ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`))
    if (!allowed) violations.push(`${path}: pure room ${room} may not import '${specifier}'`)
    else if (specifier === 'node:crypto') {
      const names = clause
        .replace(/[{}]/g, '')
        .split(',')
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type\s+/, '')
              .split(' ')[0]!,
        )
        .filter(Boolean)
      for (const name of names) if (!PURE_CRYPTO.includes(name)) violations.push(`${path}: '${name}' of node:crypto is not pure`)
    }
  }
  if (rules.pure && !(path in ALLOWED_EFFECTS)) {
    const code = stripComments(text)
    for (const {name, pattern} of EFFECTS)
      if (pattern.test(code)) violations.push(`${path}: pure room ${room} uses ${name} (${code.match(pattern)![0]})`)
  }
  return violations
}

/** One cycle among the rooms, or undefined. */
function findCycle(table: Record<string, Room>): string[] | undefined {
  const finished = new Set<string>()
  const visit = (room: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room]
    if (finished.has(room)) return undefined
    for (const next of table[room]?.imports ?? []) {
      const cycle = visit(next, [...path, room])
      if (cycle) return cycle
    }
    finished.add(room)
    return undefined
  }
  for (const room of Object.keys(table)) {
    const cycle = visit(room, [])
    if (cycle) return cycle
  }
  return undefined
}

const root = findRoot(dirname(fileURLToPath(import.meta.url)))

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}

function readSources(): SourceFile[] {
  const folder = join(root, 'src')
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({path: relative(folder, join(folder, file)).split(sep).join('/'), text: readFileSync(join(folder, file), 'utf8')}))
}

describe('architecture', () => {
  it('has rooms whose arrows form no cycle', () => assert.equal(findCycle(rooms), undefined))

  it('holds in every source file', () =>
    assert.deepEqual(
      readSources().flatMap((file) => findViolations(file, rooms)),
      [],
    ))

  it('is the table of ARCHITECTURE.md', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    assert.deepEqual(
      Object.keys(rooms).filter((room) => !text.includes(`\`${room}/\``)),
      [],
    )
  })

  describe('catches planted mistakes', () => {
    const planted: readonly {readonly what: string; readonly path: string; readonly text: string; readonly expected: RegExp}[] = [
      {
        what: 'an arrow upwards',
        path: 'replica/state/x.ts',
        text: "import {a} from '../execution/round.js'",
        expected: /may not import replica\/execution/,
      },
      {what: 'a type import upwards', path: 'candid/x.ts', text: "import type {a} from '../agent/a.js'", expected: /may not import agent/},
      {
        what: 'the file system in a pure room',
        path: 'replica/messaging/x.ts',
        text: "import fs from 'node:fs'",
        expected: /may not import 'node:fs'/,
      },
      {
        what: 'impure crypto',
        path: 'base/x.ts',
        text: "import {createHash, randomBytes} from 'node:crypto'",
        expected: /'randomBytes' of node:crypto/,
      },
      {what: 'a clock', path: 'replica/execution/x.ts', text: 'export const a = Date.now()', expected: /uses a clock/},
      {what: 'asynchrony', path: 'replica/canister/x.ts', text: 'export async function a() {}', expected: /uses asynchrony/},
      {what: 'a room that is not in the table', path: 'helpers/x.ts', text: '', expected: /'helpers' is not a room/},
      {what: 'a barrel', path: 'agent/x.ts', text: "import {a} from '../candid/index.js'", expected: /not \.\.\/candid\/index\.js/},
    ]
    for (const {what, path, text, expected} of planted)
      it(what, () => assert.match(findViolations({path, text}, rooms).join('\n'), expected))

    it('a cycle', () => assert.deepEqual(findCycle({a: {imports: ['b']}, b: {imports: ['a']}}), ['a', 'b', 'a']))
    it('leaves comments alone', () =>
      assert.deepEqual(findViolations({path: 'base/x.ts', text: '/** no Date.now() */ // process.exit'}, rooms), []))
  })

  it('knows only modules of this Node under node:', () => {
    const unknown = readSources().flatMap(({path, text}) =>
      findImports(text)
        .filter(({specifier}) => specifier.startsWith('node:') && !builtinModules.includes(specifier.slice(5)))
        .map(({specifier}) => `${path}: ${specifier}`),
    )
    assert.deepEqual(unknown, [])
  })
})
