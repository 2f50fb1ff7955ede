import { errorCodes } from '../util/errors.ts'
import type { ProcessReply } from './serve-process.ts'

/** The fields of a message, and which values each may have. */
type Form = Readonly<Record<string, (value: unknown) => boolean>>

const isTrue = (value: unknown) => value === true
const codes: ReadonlySet<unknown> = new Set(errorCodes)

/**
 * Written by hand, without a schema library: every thread of the index imports this module, and the library would be a
 * third of all that such a thread loads at its start.
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

/**
 * Parses a message of a process. Throws if it is not valid, because a process that was taken over may send anything.
 */
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
