/** A line of the log of a job, in parts for people. */
export interface LogLine {
  /** ISO; null if the line has none. */
  readonly time: string | null
  readonly level: string
  readonly message: string
  /** `path: /a.txt, files: 3`; empty if there is nothing more. */
  readonly details: string
}

/** Reads a line of JSON as jobs write it. Any other line is its own message. */
export function readLogLine(line: string): LogLine {
  const fields = parsed(line)
  if (!fields) return { time: null, level: 'info', message: line, details: '' }
  const { level, msg, time, ...rest } = fields
  return {
    time: typeof time === 'string' ? time : null,
    level: typeof level === 'string' ? level : 'info',
    message: typeof msg === 'string' ? msg : '',
    details: Object.entries(rest)
      .map(([name, value]) => `${name}: ${wordsOf(value)}`)
      .join(', '),
  }
}

function parsed(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    // A line that was cut off.
    return null
  }
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return value.map(wordsOf).join(' ')
  const { message } = value as { message?: unknown }
  if (typeof message === 'string') return message
  return Object.entries(value)
    .map(([name, each]) => `${name} ${wordsOf(each)}`)
    .join(' ')
}
