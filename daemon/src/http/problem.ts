import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { CoreError, type ErrorCode } from '@spacedrive/core'

/** Says how a person gets in, and how a program does. */
export const NOT_SIGNED_IN =
  'you are not signed in. A browser: run `spacedrive open`. A program: send `Authorization: Bearer <key>` with an API key, which `spacedrive session key <name>` makes'

/** RFC 9457. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  /** For people. */
  readonly detail: string
  /** Stable, for programs. */
  readonly code: ErrorCode
  readonly details: unknown
  /** The request, as the log and `x-request-id` name it. */
  readonly instance: string
}

export const statusOf: Readonly<Record<ErrorCode, number>> = {
  NotFound: 404,
  AlreadyExists: 409,
  InvalidInput: 400,
  Conflict: 409,
  NeedsConfirmation: 409,
  Locked: 423,
  Offline: 503,
  Unavailable: 503,
  PermissionDenied: 403,
  NotAuthorised: 401,
  VersionMismatch: 409,
  DiskFull: 507,
  Corrupt: 500,
  Unsupported: 501,
  Timeout: 504,
  Cancelled: 503,
  Internal: 500,
}

/** An error with a status of its own: `413` is no matter of the engine. */
export class HttpError extends CoreError {
  override name = 'HttpError'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    details?: unknown,
  ) {
    super(code, message, { details })
    this.status = status
    this.headers = headers
  }
}

/** An error as it is answered, by whatever means. */
export function problemAnswer(
  err: unknown,
  requestId: string = randomUUID(),
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const known =
    err instanceof CoreError
      ? err
      : new CoreError('Internal', 'unexpected error in the daemon; see `spacedrive system logs`', { cause: err })
  const status = known instanceof HttpError ? known.status : statusOf[known.code]
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: known.message,
    code: known.code,
    details: known.details,
    instance: `urn:uuid:${requestId}`,
  }
  const headers = { ...problemHeaders, ...(known instanceof HttpError ? known.headers : {}) }
  return { status, headers, body: JSON.stringify(problem) }
}

export function problemResponse(err: unknown, requestId: string): Response {
  const { body, headers, status } = problemAnswer(err, requestId)
  return new Response(body, { status, headers })
}

/** The same as it goes over the wire, where nothing answers yet. The connection ends after it. */
export function rawProblem(err: unknown): string {
  const { body, headers, status } = problemAnswer(err)
  const all = { ...headers, ...securityHeaders, 'content-length': String(Buffer.byteLength(body)), connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`
}

/** Answers a request to become a WebSocket that is refused, and closes: a client that keeps its side open keeps no place. */
export function refuseUpgrade(socket: Duplex, err: unknown): void {
  socket.end(rawProblem(err), () => socket.destroy())
}

const problemHeaders = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } as const

/** On every answer that does not say otherwise. Nothing we answer is a page, except the page. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
