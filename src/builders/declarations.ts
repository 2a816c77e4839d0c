/**
 * Declarations of a canister for the programs that call it: what `generate` writes into `src/declarations/NAME`.
 *
 * Source: dfx-compat, "generate".
 */

import {generateJavascript} from '../candid/bindings/javascript.js'
import {generateMotoko} from '../candid/bindings/motoko.js'
import {generateRust} from '../candid/bindings/rust.js'
import {generateTypescript} from '../candid/bindings/typescript.js'
import {parseDid} from '../candid/did.js'
import {envNameOf} from '../project/env-file.js'
import type {Binding, Declarations} from '../project/project.js'

export interface DeclarationsInput {
  readonly name: string
  /** With its constructor. */
  readonly candid: string
  readonly declarations: Declarations
}

/** File name → text. Throws CandidError for a text that is not an interface. */
export function generateDeclarations({name, candid, declarations}: DeclarationsInput): Record<string, string> {
  const parsed = parseDid(candid)
  const makers: Record<Binding, () => Record<string, string>> = {
    did: () => ({[`${name}.did`]: candid}),
    js: () => ({[`${name}.did.js`]: generateJavascript(parsed), 'index.js': indexJs(name, declarations)}),
    ts: () => ({[`${name}.did.d.ts`]: generateTypescript(parsed), 'index.d.ts': indexDts(name, declarations)}),
    mo: () => ({[`${name}.mo`]: generateMotoko(parsed)}),
    rs: () => ({[`${name}.rs`]: generateRust(parsed)}),
  }
  return Object.assign({}, ...declarations.bindings.map((binding) => makers[binding]())) as Record<string, string>
}

/** A name that a script may export. */
const identifier = (name: string): string => name.replaceAll('-', '_').replace(/^(\d)/, '_$1')

function canisterIdOf(name: string, {envOverride}: Declarations): string {
  return envOverride === undefined ? `process.env.CANISTER_ID_${envNameOf(name)}` : JSON.stringify(envOverride)
}

/** The names `process.env.…` stand there in full: bundlers replace them by their text. */
function indexJs(name: string, declarations: Declarations): string {
  const actor = declarations.nodeCompatibility
    ? ''
    : `
/** The ${name} canister, as an anonymous caller. */
export const ${identifier(name)} = canisterId ? createActor(canisterId) : undefined;
`
  return `import { Actor, HttpAgent } from "@icp-sdk/core/agent";

import { idlFactory } from "./${name}.did.js";
export { idlFactory } from "./${name}.did.js";

/** Filled in by the bundler, from the variables that \`deploy\` writes to .env. */
export const canisterId = ${canisterIdOf(name, declarations)};

/**
 * An actor for a canister with this interface.
 * @param {string | import("@icp-sdk/core/principal").Principal} canisterId
 * @param {{agent?: import("@icp-sdk/core/agent").Agent; agentOptions?: object; actorOptions?: object}} [options]
 */
export const createActor = (canisterId, options = {}) => {
  const agent = options.agent || new HttpAgent({ ...options.agentOptions });

  if (options.agent && options.agentOptions) {
    console.warn("createActor: both agent and agentOptions are given; agentOptions are ignored.");
  }

  // The key of mainnet is built into the agent; a network of one's own is asked for its key.
  if (process.env.DFX_NETWORK !== "ic") {
    agent.fetchRootKey().catch((error) => {
      console.warn("The root key cannot be fetched. Is the local network running?");
      console.error(error);
    });
  }

  return Actor.createActor(idlFactory, { agent, canisterId, ...options.actorOptions });
};
${actor}`
}

function indexDts(name: string, declarations: Declarations): string {
  const actor = declarations.nodeCompatibility
    ? ''
    : `
/** The ${name} canister, as an anonymous caller. */
export declare const ${identifier(name)}: ActorSubclass<_SERVICE>;
`
  return `import type { ActorConfig, ActorSubclass, Agent, HttpAgentOptions } from "@icp-sdk/core/agent";
import type { IDL } from "@icp-sdk/core/candid";
import type { Principal } from "@icp-sdk/core/principal";

import type { _SERVICE } from "./${name}.did.js";

export declare const idlFactory: IDL.InterfaceFactory;
export declare const canisterId: string;

export declare interface CreateActorOptions {
  /** Used as it is when given. */
  agent?: Agent;
  /** For the agent that is made when none is given. */
  agentOptions?: HttpAgentOptions;
  actorOptions?: ActorConfig;
}

/** An actor for a canister with this interface. */
export declare const createActor: (
  canisterId: string | Principal,
  options?: CreateActorOptions,
) => ActorSubclass<_SERVICE>;
${actor}`
}
