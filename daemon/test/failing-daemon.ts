import assert from 'node:assert'
import { closeSync } from 'node:fs'
import { READY_FD } from '@spacedrive/client/node'
import { z } from 'zod'
import { ops } from '../src/ops/index.ts'
import { runDaemon } from '../src/run-daemon.ts'

/** A daemon with a mistake in it that shows when it gets SIGUSR2, and a broken invariant that shows when it gets SIGPWR. */
process.on('SIGUSR2', () => {
  throw new Error('the mistake')
})
process.on('SIGPWR', () => assert.fail('the invariant'))
/** An operation whose work fails where nobody waits for it. */
Object.assign(ops, {
  'test.fail': {
    name: 'test.fail',
    kind: 'query',
    scope: 'core',
    summary: 'Fail aside',
    input: z.object({}),
    output: z.null(),
    run: () =>
      new Promise<null>(() => {
        setImmediate(() => {
          throw new Error('failed aside')
        })
      }),
  },
})
await runDaemon({
  dataDir: process.argv.at(-1),
  onReady: () => {
    if (process.argv.includes('--ready-fd')) closeSync(READY_FD)
  },
})
