import type { Access } from '@spacedrive/core/domain'
import type { Downloads } from './downloads/index.ts'
import type { AccessRecord, AccessSession } from './ops/access.ts'

/** The web page of this engine, and the access to it. */
export interface ExplorerHost {
  /** `http://127.0.0.1:7378/` */
  readonly url: string
  /** The wanted port, if another program had it and `url` has another one; null otherwise. */
  readonly takenPort: number | null
  /** The file with the token that programs send. */
  readonly tokenFile: string
  /** A socket in the data folder that serves the same without a token; null if this is not possible. */
  readonly socket: string | null
  /** The words that start the command line in the user's shell; null until a command has said them. */
  program: string | null
  /**
   * An address below `url` that signs a browser in; valid once and briefly. It redirects to `to`, a path with its
   * query. With a folder, `page` is a file there that leads to the address; only this user can read it, and it is
   * removed when the address is no longer valid.
   */
  link(to: string, folder?: string): ExplorerLink
  readonly access: AccessSessions
  /** Archives that clients may get. */
  readonly downloads: Pick<Downloads, 'prepareReal'>
  /** How other machines on the network reach the page; null if they cannot. */
  readonly exposed: Exposed | null
  /**
   * Makes the page reachable for other machines, over TLS and with a passphrase. Throws `Unavailable` if the port
   * cannot be used.
   */
  expose(input: ExposeInput): Promise<Exposed>
  /** Ends the access of other machines at once. False if they had none. */
  hide(): Promise<boolean>
}

export interface ExplorerLink {
  readonly url: string
  readonly expiresAt: string
  readonly page: string | null
}

/** The sessions and API keys that may use the web page and its API. */
export interface AccessSessions {
  list(): AccessSession[]
  /** Throws `NotFound`. */
  end(id: string): Promise<void>
  /** Throws `Conflict` if there are too many keys. */
  createKey(input: {
    name: string
    allow: readonly Access[]
    days: number
  }): Promise<{ key: string; session: AccessSession }>
  /** Newest records first. */
  log(limit: number): AccessRecord[]
}

export interface ExposeInput {
  readonly passphrase: string
  readonly port: number
  /** The address to bind; all addresses of this machine if omitted. */
  readonly address?: string | undefined
  /** Other names under which other machines reach this one. */
  readonly names: readonly string[]
  /** The rights of a user who signs in. */
  readonly allow: readonly Access[]
}

export interface Exposed {
  readonly urls: readonly string[]
  /** SHA-256 of the certificate, to compare with the one that a browser shows. */
  readonly fingerprint: string
  /** The rights of a user who signs in. */
  readonly allow: readonly Access[]
}
