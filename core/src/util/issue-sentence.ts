import type { z } from 'zod'

/** The problem with one value, in words that follow the name of the value: `is missing`, `must be at least 1`. */
export function issueSentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${withArticle(issue.expected)}`
    case 'too_small':
      return limitSentence(issue.origin, `at least ${issue.minimum}`)
    case 'too_big':
      return limitSentence(issue.origin, `at most ${issue.maximum}`)
    case 'invalid_union':
      return unionSentence(issue.errors.map((issues) => issues.map(issueSentence).join(' and ')))
    case 'invalid_format':
      // The messages of our own ids can follow the name of the field.
      return issue.message.startsWith(MUST_BE) ? issue.message : `is wrong: ${lowerFirst(issue.message)}`
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
      return `is wrong: ${lowerFirst(issue.message)}`
    case 'unrecognized_keys':
      return `has no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    case 'custom':
      // These messages are written so that they can follow the name of the field.
      return issue.message
  }
}

/** All problems of a value, in one line; fields are named by their path. */
export function issuesSentence(issues: readonly z.core.$ZodIssue[]): string {
  return issues.map((issue) => `${issue.path.map(String).join('.') || 'it'} ${issueSentence(issue)}`).join('; ')
}

const MUST_BE = 'must be '

/** Joins the sentences of the members of a union. If all begin with `must be`, it is written only once. */
function unionSentence(members: readonly string[]): string {
  if (members.length === 0) return 'fits nothing it may be'
  if (!members.every((member) => member.startsWith(MUST_BE))) return members.join(', or ')
  return MUST_BE + members.map((member) => member.slice(MUST_BE.length)).join(', or ')
}

function limitSentence(origin: string, limit: string): string {
  if (origin === 'string') return `must have ${limit} character${limit.endsWith(' 1') ? '' : 's'}`
  return origin === 'array' || origin === 'set' || origin === 'map' ? `must have ${limit}` : `must be ${limit}`
}

function withArticle(expected: string): string {
  if (expected === 'boolean') return 'true or false'
  const name = expected === 'int' ? 'integer' : expected
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`
}

/** Messages of the schema library begin with a capital. */
function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
