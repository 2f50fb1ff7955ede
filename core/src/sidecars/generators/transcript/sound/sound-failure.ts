import { CoreError, type ErrorCode, errorCodes } from '../../../../util/errors.ts'

/** What the decoding process says last where it could not go on, as JSON on a line. */
export interface SoundFailure {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Makes an error of what a decoding process said last; one that ended in another way was kept from going on by the file.
 * Null where it crashed.
 */
export function readFailure(complaint: string, _how: string, crashed: boolean): CoreError | null {
  if (crashed) return null
  const line = complaint.split('\n').at(-1)!
  try {
    const { code, message } = JSON.parse(line) as SoundFailure
    if (errorCodes.includes(code)) return new CoreError(code, message)
  } catch {
    // It was not that far.
  }
  return new CoreError('Corrupt', line || 'its sound cannot be decoded')
}
