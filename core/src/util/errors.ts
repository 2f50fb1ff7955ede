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
  /** Machine-readable facts about the error; part of what a client sees. */
  readonly details?: unknown
}

/** An error a client may see. `code` is stable and part of the wire contract; `message` is for people. */
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

/** The `details` of an error that nobody should try again without being asked: it would take as long to come back. */
export const FINAL = 'final'

/** Whether the same request may succeed later without anybody changing it. */
export function isRetryable(code: ErrorCode): boolean {
  return code === 'Unavailable' || code === 'Offline' || code === 'Timeout' || code === 'DiskFull' || code === 'Locked'
}

/** The text of anything that was thrown. */
export function errorMessage(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

/** What the system said, without its code and the call that failed: `permission denied`. */
export function systemReason(message: string): string {
  return message.replace(/^[A-Z][A-Z0-9]+: (.*?), [a-z]+(?: '.*)?$/s, '$1')
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), or null. */
export function systemCode(err: unknown): string | null {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : null
}
