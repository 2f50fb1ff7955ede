import { type ErrorCode, errorCodes, errorMessage } from '@spacedrive/core/errors'
import { exitCodeOf } from './exit-codes.ts'
import { InterruptedError } from './interrupted-error.ts'
import type { Screen } from './io.ts'
import { printable } from './text/escape.ts'
import { wrapSentence } from './text/wrap.ts'
import { UsageError } from './usage-error.ts'

interface ReportOptions {
  readonly json: boolean
  /** A sentence with its commands as the user types them. */
  readonly withTypedCommands: (sentence: string) => string
  readonly screen: Pick<Screen, 'write' | 'style' | 'width' | 'isTTY'>
}

/** Prints the error to stderr, as text or JSON. Returns the exit code. */
export function reportError(err: unknown, { json, screen, withTypedCommands }: ReportOptions): number {
  const { code, message, details, exitCode } = describe(err)
  if (json) {
    screen.write(`${JSON.stringify({ error: { code, message, details } })}\n`)
    return exitCode
  }
  const suggestions = err instanceof UsageError ? err.suggestions : []
  const said = withTypedCommands(`error: ${message}`)
  const lines = said.split('\n').flatMap((line) => wrapSentence(printable(line), screen.width))
  // A terminal shows Ctrl-C as ^C where the cursor is.
  if (err instanceof InterruptedError && screen.isTTY) screen.write('\n')
  screen.write(`${lines.join('\n').replace('error:', () => screen.style('bad', 'error:'))}\n`)
  if (suggestions.length > 0) screen.write(`Did you mean: ${suggestions.join('\n              ')}\n`)
  if (err instanceof UsageError)
    screen.write(withTypedCommands(`See \`${['spacedrive', ...err.words, '--help'].join(' ')}\`.\n`))
  return exitCode
}

interface Described {
  readonly code: string
  readonly message: string
  readonly details: unknown
  readonly exitCode: number
}

function describe(err: unknown): Described {
  const message = errorMessage(err)
  if (err instanceof UsageError) {
    const details = err.suggestions.length > 0 ? { suggestions: err.suggestions } : null
    return { code: 'InvalidInput', message, details, exitCode: exitCodeOf('InvalidInput') }
  }
  const code = codeOf(err)
  const details = err instanceof Error && 'details' in err ? (err.details ?? null) : null
  const own = err instanceof Error && 'exitCode' in err && typeof err.exitCode === 'number' ? err.exitCode : null
  return { code, message, details, exitCode: own ?? exitCodeOf(code) }
}

/** The stable code of an error of the daemon, the client or the engine; `Internal` of anything else. */
export function codeOf(err: unknown): ErrorCode {
  const code = err instanceof Error && 'code' in err ? err.code : null
  return errorCodes.find((known) => known === code) ?? 'Internal'
}
