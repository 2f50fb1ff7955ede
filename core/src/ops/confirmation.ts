import type { CliHints } from './define.ts'

type Hints = Pick<CliHints, 'confirm' | 'confirmWith'> | null

/**
 * A sentence for the user about the things that the operation destroys or moves. Null if it may run without a question.
 */
export function confirmationOf(hints: Hints, input: Readonly<Record<string, unknown>>): string | null {
  if (hints?.confirm === undefined || input['dryRun'] === true) return null
  const other = Object.entries(hints.confirmWith ?? {}).find(([field]) => input[field] === true)
  return other?.[1] ?? hints.confirm
}
