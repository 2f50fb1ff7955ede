import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// A third of what the tests take is what the processes they start take to read their own sources: each finds them compiled.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url))

/** Each takes a minute or more; the longest first. */
const LONGEST = [
  'e2e/index-soak.test.ts',
  'core/test/network-sidecars.test.ts',
  'core/test/sidecar-faults.test.ts',
  'core/src/indexing/test/schedules.test.ts',
  'core/test/convert-troubled-disk.test.ts',
  'e2e/cli.test.ts',
  'e2e/npm-package.test.ts',
  'core/test/network-transfer-faults.test.ts',
  'e2e/network-namespaces.test.ts',
  'e2e/transfer-soak.test.ts',
  'e2e/sidecar-soak.test.ts',
  'core/test/content.test.ts',
  'core/test/faults-network.test.ts',
  'e2e/job-soak.test.ts',
  'core/test/network-browse.test.ts',
  'core/test/convert-references.test.ts',
  'core/src/workers/orphans.test.ts',
]

/** Starts the longest files first, so that none runs alone at the end. A new clone has no measured durations yet. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name))
      return at === -1 ? LONGEST.length : at
    }
    // oxlint-disable-next-line unicorn/no-array-sort -- no array: it returns the files in their usual order
    const usual = await super.sort(files)
    return usual.toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  // Without `development`: of graphql there must be one copy, and what is not ours takes the other one.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    include: ['{core,client,daemon,relay,cli,web,e2e,scripts,examples,bench}/**/*.test.{ts,tsx}'],
    sequence: { sequencer: LongestFirst },
    globalSetup: ['core/testing/compile-sources.ts'],
    setupFiles: ['core/testing/patience.ts'],
    // A test waits most of its time, for a file to settle or a watch to tell: two cores are enough for seven of them.
    maxWorkers: 7,
    // Ends a test that hangs, and nothing else: property tests take minutes on a busy machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
