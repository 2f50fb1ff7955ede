import { issueSentence } from '@spacedrive/core'
import { nearest } from '@spacedrive/core/nearest'
import type { z } from 'zod'

/** The error of one input field. */
export interface InputIssue {
  /** `rules.0.name`; empty where the whole input is meant. */
  readonly field: string
  readonly message: string
}

/** A form with a hundred mistakes is told about the first. */
const MAX_ISSUES = 10

/** The issues of a failed parse as readable text: the field and its error. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
): { readonly issues: readonly InputIssue[]; readonly message: string } {
  const described = issues.slice(0, MAX_ISSUES).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: isMissing(issue, input) ? MISSING : (nearestValue(issue, input) ?? issueSentence(issue)),
  }))
  const message = described.map(({ field, message: what }) => `${field || 'it'} ${what}`).join('; ')
  return { issues: described, message }
}

const MISSING = 'is missing'

/** Custom checks are not counted: the operation's own sentence says which values may be given instead. */
function isMissing({ code, path }: z.core.$ZodIssue, input: unknown): boolean {
  return path.length > 0 && code !== 'custom' && valueAt(input, path) === undefined
}

/** With more values than this, the nearest one says more than all of them. */
const MAX_LISTED = 8

/** The nearest of many possible values; null if the issue is another one, or if no value is near. */
function nearestValue(issue: z.core.$ZodIssue, input: unknown): string | null {
  if (issue.code !== 'invalid_value' || issue.values.length <= MAX_LISTED) return null
  const value = valueAt(input, issue.path)
  const [near] = typeof value === 'string' ? nearest(value, issue.values.map(String)) : []
  return near === undefined ? null : `cannot be ${JSON.stringify(value)}; did you mean ${near}?`
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value
}
