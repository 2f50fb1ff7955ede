import { styleText } from 'node:util'

export type Tone = 'heading' | 'dim' | 'good' | 'bad' | 'warn' | 'busy' | 'accent' | 'match'
/** Colours `text` where the stream takes colour, and leaves it as it is where not. */
export type Style = (tone: Tone, text: string) => string

const formats = {
  heading: 'bold',
  dim: 'dim',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  busy: 'yellow',
  accent: 'cyan',
  match: ['bold', 'cyan'],
} as const

export const plainStyle: Style = (_tone, text) => text
export const colorStyle: Style = (tone, text) =>
  text ? styleText(formats[tone], text, { validateStream: false }) : text

interface ColorQuestion {
  readonly isTTY: boolean
  /** False after `--no-color`. */
  readonly color: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal that can. */
export function wantsColor({ isTTY, color, env }: ColorQuestion): boolean {
  if (!color || env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTTY && env.TERM !== 'dumb'
}
