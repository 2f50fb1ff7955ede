import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Variant } from '../harness/benchmark.ts'
import { timeProgram } from '../harness/program.ts'
import { freePort } from './free-port.ts'
import { startServer } from './server-process.ts'

/** A start of Python and a connection to the server take less. */
const SENDER_MS = 3_000

/** magic-wormhole between two processes, with a mailbox server on this machine. Its figure is `pairing`, in seconds. */
export function magicWormhole(parts: AsyncDisposableStack, dir: string): Variant {
  let relay: string | null = null
  let turn = 0
  return {
    name: 'magic-wormhole',
    program: 'wormhole',
    async measure() {
      relay ??= await startMailbox(parts, dir)
      const code = `${++turn}-two-devices`
      const sender = spawn('wormhole', ['--relay-url', relay, 'send', '--code', code, '--text', 'hello'], {
        stdio: 'ignore',
      })
      const sent = once(sender, 'exit')
      // Its words are there before it is; what is measured begins when it waits.
      await wait(SENDER_MS)
      const pairing = await timeProgram('wormhole', ['--relay-url', relay, 'receive', '--only-text', code])
      await sent
      return { pairing }
    },
  }
}

/** Debian has it as `python3-magic-wormhole-mailbox-server`. */
async function startMailbox(parts: AsyncDisposableStack, dir: string): Promise<string> {
  const port = await freePort()
  const args = [`--port=tcp:${port}:interface=127.0.0.1`, `--channel-db=${join(dir, 'mailbox.db')}`]
  parts.use(await startServer('twist3', ['wormhole-mailbox', ...args], port))
  return `ws://127.0.0.1:${port}/v1`
}
