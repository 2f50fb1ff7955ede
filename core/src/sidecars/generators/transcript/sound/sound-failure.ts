import { CoreError, type ErrorCode, errorCodes } from '../../../../util/errors.ts'

/** The last line of a failed decoding process, as JSON. */
export interface SoundFailure {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Turns the last output of a decoding process into an error; null if the process crashed. If the output is not such a
 * line, the file is at fault.
 */
export function readFailure(complaint: string, _how: string, crashed: boolean): CoreError | null {
  if (crashed) return null
  const line = complaint.split('\n').at(-1)!
  try {
    const { code, message } = JSON.parse(line) as SoundFailure
    if (errorCodes.includes(code)) return new CoreError(code, message)
  } catch {
    // The process failed before it could write the line.
  }
  return new CoreError('Corrupt', line || 'its sound cannot be decoded')
}
