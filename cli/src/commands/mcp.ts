import { programVersion } from '@spacedrive/client/node'
import type { Ops } from '@spacedrive/daemon/ops'
import { errorMessage } from '@spacedrive/core/errors'
import { heard } from '@spacedrive/core/heard'
import type { Event } from '@spacedrive/core/events'
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
      watch: (listener) => daemon.watch(listener),
    },
    interrupt.signal,
  )
  daemon.close()
  return exitCodes.ok
}

/**
 * The first and the longest wait before a lost daemon is looked for again, in milliseconds. The wait doubles with each
 * failure.
 */
const FIRST_LOOK_MS = 250
const MOST_LOOK_MS = 10_000

/**
 * A connection that is opened anew when it was lost: by the next call, or else as soon as a daemon runs again, so that
 * watching clients hear of changes without a call. Only a call starts a daemon.
 */
class Reconnecting {
  readonly #context: CliContext
  readonly #listeners = new Set<(event: Event | null) => void>()
  #opening: Promise<Session> | null = null
  #wasLost = false
  #isClosed = false
  #nextLook: NodeJS.Timeout | undefined

  constructor(context: CliContext) {
    this.#context = context
  }

  session(): Promise<Session> {
    this.#opening ??= this.#keep(this.#open({}))
    return this.#opening
  }

  /** Calls the listener for every event, and with null if events were lost. */
  watch(listener: (event: Event | null) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#nextLook)
    void this.#opening?.then(
      (session) => session[Symbol.dispose](),
      () => {},
    )
  }

  /** Makes a connection the one of all calls, until it is lost. */
  #keep(opening: Promise<Session>): Promise<Session> {
    return opening.then(
      (session) => {
        void session.closed.then(() => this.#forget())
        // Anything may have changed while there was no daemon.
        if (this.#wasLost) this.#tell(null)
        return session
      },
      (err: unknown) => {
        this.#opening = null
        if (this.#wasLost) this.#lookLater(FIRST_LOOK_MS)
        throw err
      },
    )
  }

  async #open(options: { start?: 'never' }): Promise<Session> {
    const session = await openSession(this.#context, options)
    const { noticedEvents } = await import('@spacedrive/daemon/mcp')
    const tell = (event: Event | null) => this.#tell(event)
    await session.subscribe(noticedEvents, tell, () => tell(null))
    return session
  }

  #tell(event: Event | null): void {
    for (const listener of this.#listeners) listener(event)
  }

  #forget(): void {
    this.#opening = null
    this.#wasLost = true
    this.#lookLater(FIRST_LOOK_MS)
  }

  #lookLater(afterMs: number): void {
    clearTimeout(this.#nextLook)
    if (this.#isClosed) return
    this.#nextLook = setTimeout(() => void heard(this.#look(afterMs)), afterMs).unref()
  }

  /** Connects to a daemon that runs; looks again later if there is none. */
  async #look(afterMs: number): Promise<void> {
    if (this.#opening !== null) return
    let session: Session
    try {
      session = await this.#open({ start: 'never' })
    } catch {
      return this.#lookLater(Math.min(2 * afterMs, MOST_LOOK_MS))
    }
    // A call was faster, or the agent has left.
    if (this.#opening !== null || this.#isClosed) return session[Symbol.dispose]()
    this.#opening = this.#keep(Promise.resolve(session))
  }
}
