export const errorCodes = [
  'NotFound',
  'AlreadyExists',
  'InvalidInput',
  'Conflict',
  'NeedsConfirmation',
  'Locked',
  'Offline',
  'Unavailable',
  'PermissionDenied',
  'NotAuthorised',
  'VersionMismatch',
  'DiskFull',
  'Corrupt',
  'Unsupported',
  'Timeout',
  'Cancelled',
  'Internal',
] as const
export type ErrorCode = (typeof errorCodes)[number]

export interface CoreErrorOptions extends ErrorOptions {
  /** Machine-readable facts about the error, visible to clients. */
  readonly details?: unknown
}

/** An error that clients may see. `code` is stable and part of the interface; `message` is for users. */
export class CoreError extends Error {
  override name = 'CoreError'
  readonly code: ErrorCode
  readonly details: unknown
  constructor(code: ErrorCode, message: string, options?: CoreErrorOptions) {
    super(message, options)
    this.code = code
    this.details = options?.details ?? null
  }
}

/**
 * The `details` of an error that must not be retried automatically, because a retry would take as long and fail again.
 */
export const FINAL = 'final'

/** Whether the same request may succeed later without any change by the user. */
export function isRetryable(code: ErrorCode): boolean {
  return code === 'Unavailable' || code === 'Offline' || code === 'Timeout' || code === 'DiskFull' || code === 'Locked'
}

/** The message of any thrown value. */
export function errorMessage(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

/** The system's message without its code and the failed call: `permission denied`. */
export function systemReason(message: string): string {
  return message.replace(/^[A-Z][A-Z0-9]+: (.*?), [a-z]+(?: '.*)?$/s, '$1')
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), or null. */
export function systemCode(err: unknown): string | null {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : null
}
