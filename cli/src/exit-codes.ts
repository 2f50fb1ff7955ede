import type { Job } from '@spacedrive/core/domain'
import type { ErrorCode } from '@spacedrive/core/errors'

/** The exit codes of the command; scripts rely on these numbers. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  partial: 5,
  notRunning: 6,
  notAuthorised: 7,
  timedOut: 124,
  interrupted: 130,
} as const

/** `help exit-codes`. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'success'],
  [exitCodes.failed, 'failure; the message gives the reason'],
  [exitCodes.usage, 'wrong command line or input'],
  [exitCodes.notFound, 'not found'],
  [exitCodes.conflict, 'conflict: it exists already, is in use, or needs confirmation (--yes)'],
  [exitCodes.partial, 'partial success; the failed items are listed'],
  [exitCodes.notRunning, 'the daemon is not running'],
  [exitCodes.notAuthorised, 'not allowed'],
  [exitCodes.timedOut, 'timed out'],
  [exitCodes.interrupted, 'interrupted'],
]

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'InvalidInput':
      return exitCodes.usage
    case 'NotFound':
      return exitCodes.notFound
    case 'AlreadyExists':
    case 'Conflict':
    case 'Locked':
    case 'NeedsConfirmation':
      return exitCodes.conflict
    case 'NotAuthorised':
    case 'PermissionDenied':
      return exitCodes.notAuthorised
    case 'Timeout':
      return exitCodes.timedOut
    case 'Cancelled':
      return exitCodes.interrupted
    case 'Offline':
    case 'Unavailable':
    case 'VersionMismatch':
    case 'DiskFull':
    case 'Corrupt':
    case 'Unsupported':
    case 'Internal':
      return exitCodes.failed
  }
}

/** 0 completed, 1 failed or cancelled, 5 completed with failures. */
export function exitCodeOfJob({ status, warnings }: Pick<Job, 'status' | 'warnings'>): number {
  if (status !== 'completed') return exitCodes.failed
  return warnings > 0 ? exitCodes.partial : exitCodes.ok
}
