/** The three forms of RFC 9110 §5.6.7; only the first is written any more. */
const FORMS = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
]

/** Milliseconds since 1970; null where it is no date of HTTP, or none at all. */
export function parseHttpDate(text: string | null): number | null {
  if (text === null || !FORMS.some((form) => form.test(text))) return null
  const ms = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
  return Number.isNaN(ms) ? null : ms
}

/** Years of four digits, which the form has room for. */
const FIRST_MS = Date.UTC(1_000, 0)
const END_MS = Date.UTC(10_000, 0)

/** Null for times that HTTP has no way to write. */
export function formatHttpDate(ms: number): string | null {
  return ms >= FIRST_MS && ms < END_MS ? new Date(ms).toUTCString() : null
}
