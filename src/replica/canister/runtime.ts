export interface Runtime {
  /** Forgets every instance, heap copy and module: the next execution rebuilds what it needs. Changes no result. */
  forgetAll(): void
}
