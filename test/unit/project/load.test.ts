import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {ConfigInvalid} from '../../../src/project/errors.js'
import {findProject, getCanister, getProject} from '../../../src/project/load.js'
import type {Project} from '../../../src/project/project.js'
import {parsePrincipal} from '../../../src/protocol/principal.js'
import {useTemporaryFolder} from '../../support/temporary-folder.js'

const ID = 'rrkah-fqaaa-aaaaa-aaaaq-cai'

describe('project', () => {
  const folder = useTemporaryFolder()
  const load = (json: unknown): Project => {
    writeFileSync(folder.file('dfx.json'), JSON.stringify(json))
    return getProject(folder.path)
  }
  const mistakesOf = (json: unknown): string[] => {
    try {
      load(json)
      return []
    } catch (error) {
      assert.ok(error instanceof ConfigInvalid)
      return error.mistakes.map(({path, problem}) => `${path}: ${problem}`)
    }
  }

  it('is found from a folder below its root', () => {
    writeFileSync(folder.file('dfx.json'), '{}')
    mkdirSync(folder.file('src', 'deep'), {recursive: true})
    assert.equal(findProject(folder.file('src', 'deep'))?.root, folder.path)
  })

  it('is undefined without a dfx.json', () => assert.equal(findProject(folder.path), undefined))
  it('is an error for those who need one', () => assert.throws(() => getProject(folder.path), {code: 'PROJECT_NOT_FOUND'}))

  it('is complete for the shortest file', () => {
    const project = load({canisters: {hello: {main: 'src/main.mo'}}})
    assert.deepEqual(project.canisters.get('hello'), {
      type: 'motoko',
      name: 'hello',
      main: folder.file('src', 'main.mo'),
      dependencies: [],
      declarations: {output: undefined, bindings: ['js', 'ts', 'did'], envOverride: undefined, nodeCompatibility: false},
      hasFrontend: false,
      initArg: undefined,
      initArgFile: undefined,
      specifiedId: undefined,
      initialization: {
        computeAllocation: undefined,
        memoryAllocationBytes: undefined,
        freezingThresholdSeconds: undefined,
        reservedCyclesLimit: undefined,
        wasmMemoryLimitBytes: undefined,
        wasmMemoryThresholdBytes: undefined,
        logVisibility: undefined,
      },
      metadata: [],
      techStack: undefined,
      remote: undefined,
      pullable: undefined,
      preInstall: [],
      postInstall: [],
      shrink: undefined,
      optimize: undefined,
      gzip: false,
      args: undefined,
    })
    assert.deepEqual(project.defaults, {build: {packtool: undefined, args: undefined}, networkSections: []})
  })

  it('reads every field of a canister', () => {
    const project = load({
      dfx: '0.15.0',
      profile: 'Release',
      output_env_file: '.env',
      defaults: {build: {packtool: 'mops sources', args: ''}, replica: {}},
      canisters: {
        back: {
          type: 'rust',
          package: 'back',
          crate: 'lib',
          candid: 'back.did',
          skip_cargo_audit: true,
          init_arg: '(null)',
          specified_id: ID,
          initialization_values: {
            compute_allocation: '5',
            memory_allocation: '2 GiB',
            freezing_threshold: '7days',
            reserved_cycles_limit: 5_000_000_000_000,
            wasm_memory_limit: '1 GiB',
            wasm_memory_threshold: 0,
            log_visibility: {allowed_viewers: [ID]},
          },
          metadata: [{name: 'candid:service', networks: ['ic'], path: 'service.did'}],
          tech_stack: {cdk: {'ic-cdk': {version: '1'}}},
          pullable: {wasm_url: 'https://x', dependencies: [ID], init_guide: 'none'},
          pre_install: 'echo a',
          post_install: ['echo b', 'echo c'],
          optimize: 'cycles',
          shrink: false,
          gzip: true,
        },
        front: {type: 'assets', source: ['dist'], dependencies: ['back'], frontend: {}, workspace: 'w'},
        far: {type: 'custom', wasm: 'https://x/y.wasm', candid: 'z.did', build: 'make', remote: {id: {ic: ID}, candid: 'far.did'}},
        deep: {type: 'pull', id: ID},
        py: {type: 'kybra', main: 'main.py', own: 1},
      },
    })
    const id = parsePrincipal(ID)
    const back = getCanister(project, 'back')
    assert.equal(back.type, 'rust')
    assert.deepEqual(back.initialization, {
      computeAllocation: 5n,
      memoryAllocationBytes: 2n << 30n,
      freezingThresholdSeconds: 604_800n,
      reservedCyclesLimit: 5_000_000_000_000n,
      wasmMemoryLimitBytes: 1n << 30n,
      wasmMemoryThresholdBytes: 0n,
      logVisibility: {allowedViewers: [id]},
    })
    assert.deepEqual([back.preInstall, back.postInstall], [['echo a'], ['echo b', 'echo c']])
    assert.deepEqual(back.metadata, [
      {name: 'candid:service', visibility: 'public', networks: ['ic'], path: folder.file('service.did'), content: undefined},
    ])
    assert.deepEqual(back.techStack, {cdk: {'ic-cdk': {version: '1'}}})
    const far = getCanister(project, 'far')
    assert.ok(far.type === 'custom')
    assert.deepEqual([far.wasm, far.candid, far.build], ['https://x/y.wasm', folder.file('z.did'), ['make']])
    assert.deepEqual(far.remote, {candid: folder.file('far.did'), ids: {ic: id}})
    const python = getCanister(project, 'py')
    assert.ok(python.type === 'extension')
    assert.deepEqual([python.typeName, python.fields.own], ['kybra', 1])
    assert.equal(getCanister(project, 'front').hasFrontend, true)
    assert.equal(project.outputEnvFile, folder.file('.env'))
    assert.deepEqual(project.defaults, {build: {packtool: 'mops sources', args: undefined}, networkSections: ['replica']})
  })

  const cases: readonly {readonly what: string; readonly json: unknown; readonly mistakes: readonly string[]}[] = [
    {
      what: 'a mistyped type',
      json: {canisters: {a: {type: 'motko'}}},
      mistakes: [
        'canisters.a.type: expected "motoko" | "rust" | "azle" | "typescript" | "python" | "assets" | "custom" | "pull" or the type of an extension, got "motko"',
      ],
    },
    {
      what: 'an unknown dependency',
      json: {canisters: {a: {dependencies: ['b']}}},
      mistakes: ['canisters.a.dependencies[0]: there is no canister "b" in this file'],
    },
    {what: 'a missing field', json: {canisters: {a: {type: 'rust', package: 'p'}}}, mistakes: ['canisters.a.candid: is missing']},
    {
      what: 'two arguments',
      json: {canisters: {a: {init_arg: '()', init_arg_file: 'x'}}},
      mistakes: ['canisters.a: has both "init_arg" and "init_arg_file"; keep one'],
    },
    {
      what: 'every mistake of a file at once',
      json: {version: 2, profile: 'Fast', canisters: {a: {gzip: 'yes', declarations: {bindings: ['js', 'go']}}}},
      mistakes: [
        'version: expected a whole number from 1 to 1, got 2',
        'profile: expected "Debug" | "Release", got "Fast"',
        'canisters.a.declarations.bindings[1]: expected "js" | "ts" | "did" | "mo" | "rs", got "go"',
        'canisters.a.gzip: expected true or false, got "yes"',
      ],
    },
    {what: 'a file that is no object', json: [1], mistakes: [': expected an object, got [1]']},
  ]
  for (const {what, json, mistakes} of cases) it(`refuses ${what}`, () => assert.deepEqual(mistakesOf(json), mistakes))

  it('needs no build fields for a remote canister, and takes null for absent', () =>
    assert.deepEqual(mistakesOf({canisters: {a: {type: 'custom', remote: {id: {}}}, b: {shrink: null}}}), []))

  it('says which canisters there are', () =>
    assert.throws(() => getCanister(load({canisters: {a: {}}}), 'b'), {
      code: 'CANISTER_NOT_IN_PROJECT',
      hints: ['Known canisters: a.', 'Add it under "canisters".'],
    }))
})
