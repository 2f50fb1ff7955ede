import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Without `development`: of graphql there must be one copy, and what is not ours takes the other one.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    include: ['{core,client,daemon,cli,web,e2e,scripts,examples,bench}/**/*.test.{ts,tsx}'],
    setupFiles: ['core/testing/patience.ts'],
    // Tests start real processes and real workers; two at a time keeps a two-core machine honest about time.
    maxWorkers: 2,
    // Ends a test that hangs, and nothing else: property tests take minutes on a busy machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
