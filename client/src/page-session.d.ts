/** This browser has no session, or the daemon knows it no more. */
export class SignedOutError extends Error {}

/** The program at this address cannot prove that it is the daemon this browser was signed in by. */
export class ImpostorError extends Error {}

/** The text that both sides sign: the requester, its origin, and a one-time random value of each side. */
export interface Said {
  readonly origin: string
  /** The id of the session. */
  readonly id: string
  readonly pageNonce: string
  readonly daemonNonce: string
}

export interface Proved {
  readonly session: string
  /** Lets this page in, as a bearer, as long as the daemon runs. */
  readonly access: string
  /** Signs addresses of files (base64url). */
  readonly mediaKey: string
  /** Where files are: an origin of their own. */
  readonly media: string
}

export function daemonStatement(said: Said): string
export function pageStatement(said: Said): string
export function mediaStatement(of: { address: string; session: string; until: string }): string
export function signIn(code: string): Promise<string>
export function prove(): Promise<Proved>
export function forget(): Promise<void>
