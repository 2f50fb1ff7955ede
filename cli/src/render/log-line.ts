import { printable } from '../text/escape.ts'
import { formatTime } from '../text/format.ts'
import type { Style, Tone } from '../text/style.ts'

const levels: readonly (readonly [from: number, name: string, tone: Tone])[] = [
  [50, 'error', 'bad'],
  [40, 'warn', 'warn'],
  [30, 'info', 'good'],
  [0, 'debug', 'dim'],
]

/** Fields that every line has and that do not help the reader. */
const uninteresting = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'v'])

/** A JSON line of the daemon's log as a person reads it; any other line as it is. */
export function logLine(line: string, style: Style): string {
  const fields = parse(line)
  if (!fields) return printable(line)
  const [, name, tone] = levels.find(([from]) => Number(fields.level ?? 30) >= from) ?? [0, 'info', 'good']
  const time =
    typeof fields.time === 'number' || typeof fields.time === 'string'
      ? formatTime(new Date(fields.time).toISOString())
      : ''
  const rest = Object.entries(fields).filter(([key]) => !uninteresting.has(key))
  const details = rest.map(([key, value]) => `${printable(key)}=${printable(valueText(value))}`).join(' ')
  return `${style('dim', time)} ${style(tone, name.padEnd(5))} ${printable(typeof fields.msg === 'string' ? fields.msg : '')}${details ? style('dim', `  ${details}`) : ''}`
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : null
  return typeof message === 'string' ? message : JSON.stringify(value)
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>
  } catch {
    return null
  }
}
