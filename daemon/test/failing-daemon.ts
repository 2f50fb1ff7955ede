import { closeSync } from 'node:fs'
import { READY_FD } from '@spacedrive/client/node'
import { runDaemon } from '../src/run-daemon.ts'

/** A daemon with a mistake in it that shows when it gets SIGUSR2. */
process.on('SIGUSR2', () => {
  throw new Error('the mistake')
})
await runDaemon({ dataDir: process.argv.at(-1), onReady: () => closeSync(READY_FD) })
