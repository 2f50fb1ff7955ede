import { closeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { READY_FD } from '@spacedrive/client/node'
import { Core } from '@spacedrive/core'
import { runDaemon } from '../src/run-daemon.ts'

/** Longer than a daemon waits for its parts to close. */
const LINGER_MS = 600_000

/** A daemon whose engine does not close. */
Core.prototype[Symbol.asyncDispose] = () => wait(LINGER_MS)
await runDaemon({ dataDir: process.argv.at(-1), onReady: () => closeSync(READY_FD) })
