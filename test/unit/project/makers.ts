import type {Project} from '../../../src/project/project.js'

/** A project in `/p` without canisters. */
export function aProject(traits: Partial<Project> = {}): Project {
  return {
    root: '/p',
    file: '/p/dfx.json',
    canisters: new Map(),
    defaults: {build: {packtool: undefined, args: undefined}, networkSections: []},
    networks: {},
    profile: undefined,
    outputEnvFile: undefined,
    dfxVersion: undefined,
    ...traits,
  }
}
