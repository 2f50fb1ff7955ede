/** The end of an id, where UUIDv7 is random: the beginning is the time, and equal for all jobs of a minute. */
export function shortId(id: string): string {
  return id.slice(-SHORT_LENGTH)
}

/** Enough to tell a few thousand jobs apart, short enough to type. */
const SHORT_LENGTH = 8

/** Whether `text` is an id as every answer gives it. */
export function isWholeId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
