import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,client,daemon,cli,e2e,scripts,examples,bench}/**/*.test.ts'],
    // Tests start real processes and real workers; two at a time keeps a two-core machine honest about time.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The processes that tests start find each other's compiled code.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) },
  },
})
