import { attribute, readXml } from '../generators/text/xml.ts'

/** Limits on the lists of a document, and on the levels of a list. */
const MAX_LISTS = 10_000
const LEVELS = 9

type NumberFormat = 'bullet' | 'decimal' | 'lowerLetter' | 'upperLetter' | 'lowerRoman' | 'upperRoman'

interface LevelFormat {
  readonly format: NumberFormat
  readonly start: number
}

/** The formats of each list, by level. */
export type ListFormats = ReadonlyMap<string, readonly (LevelFormat | undefined)[]>

/** Reads how the lists of a Word file are numbered. */
export async function readListFormats(chunks: AsyncIterable<Uint8Array>): Promise<ListFormats> {
  const abstract = new Map<string, LevelFormat[]>()
  const lists = new Map<string, readonly (LevelFormat | undefined)[]>()
  let levels: LevelFormat[] | null = null
  let level = 0
  let list: string | undefined
  await readXml(chunks, {
    open(name, attributes) {
      const value = attribute(attributes, 'val')
      if (name === 'abstractNum' && abstract.size < MAX_LISTS)
        abstract.set(attribute(attributes, 'abstractNumId') ?? '', (levels = []))
      if (name === 'num') list = attribute(attributes, 'numId')
      if (name === 'abstractNumId' && list !== undefined && lists.size < MAX_LISTS)
        lists.set(list, abstract.get(value ?? '') ?? [])
      if (!levels) return
      if (name === 'lvl') {
        level = Math.min(LEVELS - 1, Math.max(0, Number(attribute(attributes, 'ilvl')) || 0))
        levels[level] = { format: 'decimal', start: 1 }
      }
      const known = levels[level]
      if (!known) return
      if (name === 'start') levels[level] = { ...known, start: Math.max(0, Number(value) || 0) }
      if (name === 'numFmt') levels[level] = { ...known, format: formats.get(value) ?? 'decimal' }
    },
    close(name) {
      if (name === 'abstractNum') levels = null
      if (name === 'num') list = undefined
    },
  })
  return lists
}

/** Counts the items of the lists of a document. */
export class Markers {
  readonly #formats: ListFormats
  /** The last used number of each level, by list. */
  readonly #counts = new Map<string, (number | undefined)[]>()

  constructor(formats: ListFormats) {
    this.#formats = formats
  }

  /** The text before the next item of a list: `•`, `3.` … */
  next(list: string, level: number): string {
    const { format, start } = this.#formats.get(list)?.[level] ?? { format: 'bullet', start: 1 }
    const counts = this.#counts.get(list) ?? []
    this.#counts.set(list, counts)
    const number = (counts[level] ?? start - 1) + 1
    counts[level] = number
    // An item on a higher level restarts the numbers of the levels below it.
    counts.length = level + 1
    return format === 'bullet' ? '•' : `${numberText(number, format)}.`
  }
}

/** The names of the formats in Word. It has many more, which are shown as numbers. */
const formats: ReadonlyMap<string | undefined, NumberFormat> = new Map<string, NumberFormat>([
  ['bullet', 'bullet'],
  ['none', 'bullet'],
  ['lowerLetter', 'lowerLetter'],
  ['upperLetter', 'upperLetter'],
  ['lowerRoman', 'lowerRoman'],
  ['upperRoman', 'upperRoman'],
])

function numberText(number: number, format: Exclude<NumberFormat, 'bullet'>): string {
  switch (format) {
    case 'decimal':
      return String(number)
    case 'lowerLetter':
      return letters(number).toLowerCase()
    case 'upperLetter':
      return letters(number)
    case 'lowerRoman':
      return roman(number).toLowerCase()
    case 'upperRoman':
      return roman(number)
  }
}

/** Numbers as letters, as Word writes them: A to Z, then AA, BB and so on. */
function letters(number: number): string {
  if (number < 1) return String(number)
  return String.fromCharCode(65 + ((number - 1) % 26)).repeat(Math.min(20, Math.floor((number - 1) / 26) + 1))
}

const numerals: readonly (readonly [value: number, text: string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
]

function roman(number: number): string {
  if (number < 1 || number >= 4_000) return String(number)
  let [left, text] = [number, '']
  for (const [value, numeral] of numerals) {
    while (left >= value) {
      text += numeral
      left -= value
    }
  }
  return text
}
