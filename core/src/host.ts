import type { UnexpectedFailure } from './doctor/index.ts'
import type { Access, AccessRecord, AccessSession } from './domain/access.ts'

/** The process around the engine, as `status` shows it. */
export interface CoreHost {
  readonly version: string
  readonly instance: string
  /** The path of the process's log file; null if there is none. */
  readonly logFile: string | null
  /** The web page that the process serves; null if it serves none. */
  readonly explorer?: () => ExplorerHost | null
  /** Problems of the process that the user should take care of, one sentence each. */
  readonly notices?: () => readonly string[]
  /** Uncaught failures in this process, newest first. */
  readonly failures?: () => readonly UnexpectedFailure[]
}

/** The web page of this engine, and the access to it. */
export interface ExplorerHost {
  /** `http://127.0.0.1:7378/` */
  readonly url: string
  /** The file with the token that programs send. */
  readonly tokenFile: string
  /** A socket in the data folder that serves the same without a token; null if this is not possible. */
  readonly socket: string | null
  /**
   * An address below `url` that signs a browser in; valid once and briefly. It redirects to `to`, a path with its
   * query. With a folder, `page` is a file there that leads to the address; only this user can read it, and it is
   * removed when the address is no longer valid.
   */
  link(to: string, folder?: string): ExplorerLink
  readonly access: AccessSessions
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
