import { programVersion } from '@spacedrive/client/node'
import type { Ops } from '@spacedrive/daemon/ops'
import { errorMessage } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession, type Session } from '../session.ts'

/** Serves MCP over stdin and stdout until the agent closes stdin. A daemon that was restarted is found again. */
export async function mcp(_values: Values, context: CliContext): Promise<number> {
  const { globals, interrupt, io } = context
  const daemon = new Reconnecting(context)
  // An agent is told at once where there is no daemon, and not with its first question.
  await daemon.session()
  const { serveMcp } = await import('@spacedrive/daemon/mcp')
  await serveMcp(
    {
      version: programVersion(),
      library: globals.library,
      onError: (err) => io.note(errorMessage(err)),
      async call({ library, method, params }, signal) {
        const session = await daemon.session()
        // The tools know operations by their names alone.
        const operation = { name: method as keyof Ops }
        return session.call(operation, params as Readonly<Record<string, unknown>>, { library, signal })
      },
    },
    interrupt.signal,
  )
  daemon.close()
  return exitCodes.ok
}

/** A connection that is opened anew when it was lost. */
class Reconnecting {
  readonly #context: CliContext
  #opening: Promise<Session> | null = null

  constructor(context: CliContext) {
    this.#context = context
  }

  session(): Promise<Session> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  close(): void {
    void this.#opening?.then((session) => session[Symbol.dispose]())
  }

  async #open(): Promise<Session> {
    const forget = () => void (this.#opening = null)
    try {
      const session = await openSession(this.#context)
      void session.closed.then(forget)
      return session
    } catch (err) {
      forget()
      throw err
    }
  }
}
