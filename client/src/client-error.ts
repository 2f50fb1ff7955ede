import type { ErrorCode } from '@spacedrive/core/errors'

export interface ClientErrorOptions extends ErrorOptions {
  readonly details?: unknown
}

/** An error that the daemon answered, or the reason why there is no answer. `code` is stable; `message` is for people. */
export class ClientError extends Error {
  override name = 'ClientError'
  readonly code: ErrorCode
  readonly details: unknown
  constructor(code: ErrorCode, message: string, options?: ClientErrorOptions) {
    super(message, options)
    this.code = code
    this.details = options?.details ?? null
  }
}

/** The connection was closed before the answer came. `code` is `Unavailable`. */
export class ConnectionLostError extends ClientError {
  override name = 'ConnectionLostError'
  constructor(method: string, reason: Error | null) {
    const why = reason === null ? 'closed' : `lost: ${reason.message}`
    super('Unavailable', `the connection to the daemon was ${why} (${method})`, { cause: reason })
  }
}
