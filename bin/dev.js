#!/usr/bin/env node
// Builds, then runs: what a contributor calls instead of `icicle`.
import {buildProgram} from './build.js'

await buildProgram()
await import('./run.js')
