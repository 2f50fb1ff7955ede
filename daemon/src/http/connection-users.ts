import type { Socket } from 'node:net'
import { heard } from '@spacedrive/core/heard'
import { ofOtherUsers } from './other-users.ts'
import { HttpError } from './problem.ts'

/** The connections of other users, each with its user; null: the system does not tell. */
type OfOthers = ReadonlyMap<Socket, number | null>

export interface ConnectionUsersOptions {
  readonly ofOthers?: (sockets: readonly Socket[]) => OfOthers | Promise<OfOthers>
}

/** A connection that does not belong to this user, as far as the system tells. */
export class NotOwnConnection extends HttpError {
  override name = 'NotOwnConnection'
  /** Whose it is, for the security log. */
  readonly whose: string

  constructor(user: number | null) {
    const own = `only programs of the daemon's own user (id ${process.geteuid?.()}) may do this, and`
    const instead = 'run `spacedrive web expose`; for a program, make a key with `spacedrive session key <name>`'
    const message =
      user === null
        ? `${own} the system does not tell whose connection this is, which happens if it comes from outside of the system that the daemon runs in (WSL, a container, a virtual machine). For a browser there, ${instead}`
        : `${own} this connection belongs to another user. For the browser of another user or of a container, ${instead}`
    super(403, 'PermissionDenied', message)
    this.whose = user === null ? 'a program whose user the system does not tell' : 'another user of this machine'
  }
}

/**
 * Tells connections of this user from those of other users of the machine. What gives all rights is accepted only from
 * this user's own connections: others may have read it, in the arguments of a program for example.
 */
export class ConnectionUsers {
  readonly #ofOthers: NonNullable<ConnectionUsersOptions['ofOthers']>
  /** The error for each connection; null: it is this user's. It stays the same. */
  readonly #known = new WeakMap<Socket, Promise<NotOwnConnection | null>>()
  /** Connections for the next reading of the table. */
  #waiting: Socket[] = []
  #reading: Promise<OfOthers> = Promise.resolve(new Map())

  constructor({ ofOthers = ofOtherUsers }: ConnectionUsersOptions = {}) {
    this.#ofOthers = ofOthers
  }

  /** Throws `NotOwnConnection` for a connection of another user, and if the system does not tell. */
  async check(socket: Socket): Promise<void> {
    const refusal = await this.#knownRefusal(socket)
    if (refusal) throw refusal
  }

  async #knownRefusal(socket: Socket): Promise<NotOwnConnection | null> {
    const known = this.#known.get(socket) ?? heard(this.#refusal(socket))
    this.#known.set(socket, known)
    try {
      return await known
    } catch (err) {
      this.#known.delete(socket)
      throw err
    }
  }

  /** The table is long where many connections are open, so one reading serves all that wait. */
  async #refusal(socket: Socket): Promise<NotOwnConnection | null> {
    if (this.#waiting.push(socket) === 1) {
      this.#reading = heard(this.#readAfter(this.#reading))
    }
    const user = (await this.#reading).get(socket)
    return user === undefined ? null : new NotOwnConnection(user)
  }

  async #readAfter(last: Promise<unknown>): Promise<OfOthers> {
    await last.catch(() => {})
    const sockets = this.#waiting
    this.#waiting = []
    return this.#ofOthers(sockets)
  }
}
