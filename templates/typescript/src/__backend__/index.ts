import {IDL, query, StableBTreeMap, update} from 'azle'

/** Greets, and counts how often it was asked to. A stable map keeps its entries when the canister is upgraded; fields do not. */
export default class {
  state = new StableBTreeMap<string, bigint>(0)

  @query([IDL.Text], IDL.Text)
  greet(name: string): string {
    return `Hello, ${name}!`
  }

  @update([], IDL.Nat)
  increment(): bigint {
    const count = this.get() + 1n
    this.state.insert('count', count)
    return count
  }

  @query([], IDL.Nat)
  get(): bigint {
    return this.state.get('count') ?? 0n
  }
}
