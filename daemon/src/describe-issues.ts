import type { z } from 'zod'

/** What is wrong with one field of an input. */
export interface InputIssue {
  /** `rules.0.name`; empty where the whole input is meant. */
  readonly field: string
  readonly message: string
}

/** A form with a hundred mistakes is told about the first. */
const MAX_ISSUES = 10

/** The issues of a failed parse as a person reads them: which field, and what is wrong with it. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
): { readonly issues: readonly InputIssue[]; readonly message: string } {
  const described = issues.slice(0, MAX_ISSUES).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: isMissing(issue, input) ? MISSING : (limitSentence(issue) ?? lowerFirst(issue.message)),
  }))
  const message = described.map(({ field, message: what }) => sentence(field, what)).join('; ')
  return { issues: described, message }
}

const MISSING = 'is missing'

function sentence(field: string, what: string): string {
  if (field === '') return what
  return /^(is|must) /.test(what) ? `${field} ${what}` : `${field}: ${what}`
}

/** Null where it is not about a limit. */
function limitSentence(issue: z.core.$ZodIssue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null
  const [limit, what] = issue.code === 'too_small' ? [issue.minimum, 'at least'] : [issue.maximum, 'at most']
  if (issue.origin === 'string') return `must have ${what} ${limit} character${limit === 1 ? '' : 's'}`
  return issue.origin === 'array' ? `must have ${what} ${limit}` : `must be ${what} ${limit}`
}

function isMissing({ path }: z.core.$ZodIssue, input: unknown): boolean {
  if (path.length === 0) return false
  let value: unknown = input
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value === undefined
}

/** The messages of the schema library begin a sentence; here they follow a colon. */
function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
