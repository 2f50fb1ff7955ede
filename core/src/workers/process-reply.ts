import { errorCodes } from '../util/errors.ts'
import type { ProcessReply } from './serve-process.ts'

/** The fields of a message, each with a check of its value. */
type Form = Readonly<Record<string, (value: unknown) => boolean>>

const isTrue = (value: unknown) => value === true
const codes: ReadonlySet<unknown> = new Set(errorCodes)

/**
 * Checked without a schema library: every indexing thread imports this module, and the library would be a third of
 * everything that such a thread loads when it starts.
 */
const FORMS: readonly Form[] = [
  { id: Number.isSafeInteger, ok: isTrue, reply: () => true },
  {
    id: Number.isSafeInteger,
    ok: (value) => value === false,
    code: (value) => codes.has(value),
    message: (value) => typeof value === 'string',
    last: (value) => typeof value === 'boolean',
  },
  { id: Number.isSafeInteger, progress: Number.isFinite },
  { ready: isTrue },
  { compiled: isTrue },
]

/** Parses a message of a process. Throws if it is not valid: a process that an attacker controls may send anything. */
export function parseReply(message: unknown): ProcessReply<unknown> {
  if (!FORMS.some((form) => hasForm(message, form))) throw new Error('it is no reply')
  return message as ProcessReply<unknown>
}

/** Whether a value is an object with exactly these fields. */
function hasForm(message: unknown, form: Form): boolean {
  if (typeof message !== 'object' || message === null) return false
  const fields = Object.entries(message)
  return (
    fields.length === Object.keys(form).length &&
    fields.every(([name, value]) => Object.hasOwn(form, name) && form[name]!(value))
  )
}
