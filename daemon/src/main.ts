import { closeSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ClientError } from '@spacedrive/client'
import type { ReadyMessage } from '@spacedrive/client/node'
import { CoreError } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import { endProcess } from './end-process.ts'
import { runDaemon } from './run-daemon.ts'

/** Another daemon has the data folder: the same code as the command line's for a conflict. */
const EXIT_CONFLICT = 4

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    instance: { type: 'string' },
    foreground: { type: 'boolean' },
    verbose: { type: 'boolean' },
    'http-port': { type: 'string' },
    'enable-networking': { type: 'boolean' },
    // The descriptor to which the daemon reports, once, that clients can connect, or why not.
    'ready-fd': { type: 'string' },
  },
})
const readyFd = values['ready-fd'] === undefined ? null : Number(values['ready-fd'])

try {
  await runDaemon({
    dataDir: values['data-dir'],
    instance: values.instance,
    foreground: values.foreground ?? false,
    verbose: values.verbose ?? false,
    httpPort: values['http-port'],
    enableNetworking: values['enable-networking'] ?? false,
    onReady: () => say({ ready: true }),
  })
  endProcess(0)
} catch (err) {
  const known = err instanceof CoreError || err instanceof ClientError ? err : null
  const { code = 'Internal', details = null } = known ?? {}
  say({ ready: false, code, message: errorMessage(err), details })
  process.stderr.write(`${known ? known.message : err instanceof Error ? err.stack : errorMessage(err)}\n`)
  endProcess(code === 'Locked' ? EXIT_CONFLICT : 1)
}

function say(message: ReadyMessage): void {
  if (readyFd === null) return
  try {
    writeSync(readyFd, JSON.stringify(message))
    closeSync(readyFd)
  } catch {
    // The result was sent before, or the parent process is gone.
  }
}
