/** A size as a user writes it. */
export interface WrittenSize {
  readonly bytes: number
  /** The value of one step of the last digit, in bytes. */
  readonly precision: number
}

/**
 * Reads `1.5gb`, in lower case: KB, MB, GB, TB, PB count in thousands, KiB, MiB, GiB, TiB, PiB in 1,024s; without a unit
 * it is in bytes. Null for anything else.
 */
export function readSize(text: string): WrittenSize | null {
  const match = /^\s*(\d+)(?:\.(\d+))?\s*([a-z]*)[\s,]*$/.exec(text)
  const unit = match && UNITS.get(match[3]!)
  if (!unit) return null
  const decimals = match[2] ?? ''
  return { bytes: Number(`${match[1]}.${decimals}`) * unit, precision: Math.max(1, unit / 10 ** decimals.length) }
}

const UNITS = new Map<string, number>([
  ...['', 'b', 'byte', 'bytes'].map((name) => [name, 1] as const),
  ...['k', 'm', 'g', 't', 'p'].flatMap((letter, i): [string, number][] => [
    [letter, 1_000 ** (i + 1)],
    [`${letter}b`, 1_000 ** (i + 1)],
    [`${letter}i`, 1_024 ** (i + 1)],
    [`${letter}ib`, 1_024 ** (i + 1)],
  ]),
])
