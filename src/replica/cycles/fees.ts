export interface FeeTable {
  readonly nodeCount: number
}
