import type { Benchmark } from './harness/benchmark.ts'
import { indexShallow } from './index-shallow.ts'

/** Every benchmark, in the order of the page. */
export const benchmarks: readonly Benchmark[] = [indexShallow]
