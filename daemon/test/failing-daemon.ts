import assert from 'node:assert'
import { closeSync } from 'node:fs'
import { READY_FD } from '@spacedrive/client/node'
import { runDaemon } from '../src/run-daemon.ts'

/** A daemon with a mistake in it that shows when it gets SIGUSR2, and a broken invariant that shows when it gets SIGPWR. */
process.on('SIGUSR2', () => {
  throw new Error('the mistake')
})
process.on('SIGPWR', () => assert.fail('the invariant'))
await runDaemon({
  dataDir: process.argv.at(-1),
  onReady: () => {
    if (process.argv.includes('--ready-fd')) closeSync(READY_FD)
  },
})
