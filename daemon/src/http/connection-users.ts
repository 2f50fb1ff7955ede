import type { Socket } from 'node:net'
import { heard } from '@spacedrive/core/heard'
import { ofOtherUsers } from './other-users.ts'
import { HttpError } from './problem.ts'

export interface ConnectionUsersOptions {
  /** Returns the connections that programs of other users have opened. */
  readonly ofOthers?: (sockets: readonly Socket[]) => readonly Socket[] | Promise<readonly Socket[]>
}

/**
 * Tells connections of this user from those of other users of the machine. What gives all rights is accepted only from
 * this user's own connections: others may have read it, in the arguments of a program for example.
 */
export class ConnectionUsers {
  readonly #ofOthers: NonNullable<ConnectionUsersOptions['ofOthers']>
  /** Whether another user has opened each connection. It stays the same. */
  readonly #known = new WeakMap<Socket, Promise<boolean>>()
  /** Connections for the next reading of the table. */
  #waiting: Socket[] = []
  #reading: Promise<ReadonlySet<Socket>> = Promise.resolve(new Set())

  constructor({ ofOthers = ofOtherUsers }: ConnectionUsersOptions = {}) {
    this.#ofOthers = ofOthers
  }

  /** Throws `PermissionDenied` for a connection of another user. */
  async check(socket: Socket): Promise<void> {
    if (!(await this.#isKnownForeign(socket))) return
    throw new HttpError(
      403,
      'PermissionDenied',
      `only programs of the daemon's own user (id ${process.geteuid?.()}) may do this, and this connection belongs to another user. For the browser of another user or of a container, run \`spacedrive web expose\`; for a program, make a key with \`spacedrive session key <name>\``,
    )
  }

  async #isKnownForeign(socket: Socket): Promise<boolean> {
    const known = this.#known.get(socket) ?? heard(this.#isForeign(socket))
    this.#known.set(socket, known)
    try {
      return await known
    } catch (err) {
      this.#known.delete(socket)
      throw err
    }
  }

  /** The table is long where many connections are open, so one reading serves all that wait. */
  async #isForeign(socket: Socket): Promise<boolean> {
    if (this.#waiting.push(socket) === 1) {
      this.#reading = heard(this.#readAfter(this.#reading))
    }
    return (await this.#reading).has(socket)
  }

  async #readAfter(last: Promise<unknown>): Promise<ReadonlySet<Socket>> {
    await last.catch(() => {})
    const sockets = this.#waiting
    this.#waiting = []
    return new Set(await this.#ofOthers(sockets))
  }
}
