import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The scripts whose fonts are so large that PDF files may omit them. */
export type Script = 'Japanese' | 'Korean' | 'Simplified Chinese' | 'Traditional Chinese'

/** A font file, and the offset of the font in it: a collection contains several fonts. */
export interface SystemFont {
  readonly bytes: Buffer
  readonly offset: number
}

/** The system's folders of fonts. The sandbox lets a process read no other folders. Missing folders are skipped. */
const FONT_FOLDERS: readonly string[] = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  '/System/Library/Fonts',
  '/Library/Fonts',
  join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'Fonts'),
]

/** Limit on the files that are searched for a font. */
const MAX_FILES = 20_000
/** The largest font with the letters of one of these scripts has 30 MB. */
const MAX_FONT_BYTES = 64 * 2 ** 20

/** Fonts that contain the letters of all four scripts. */
const FOR_ALL = ['arialunicode', 'unifont']
/** A font that contains the letters of all scripts but Korean. */
const DROID = 'droidsansfallback'
/**
 * For each script, the first letters of the names of fonts with its letters, the best font first. Only the letters and
 * digits of file names are compared.
 */
const NAMES: Readonly<Record<Script, readonly string[]>> = {
  Japanese: [
    'notosanscjk',
    'notosansjp',
    'sourcehansans',
    'ipaexg',
    'ipag',
    'takaogothic',
    'vlgothic',
    'yugoth',
    'meiryo',
    'msgothic',
    'ヒラギノ角ゴシック',
    'hiraginosans',
    DROID,
  ],
  Korean: [
    'notosanscjk',
    'notosanskr',
    'sourcehansans',
    'nanumgothic',
    'malgun',
    'applesdgothicneo',
    'gulim',
    'batang',
  ],
  'Simplified Chinese': [
    'notosanscjk',
    'notosanssc',
    'sourcehansans',
    'wqymicrohei',
    'wqyzenhei',
    'msyh',
    'simsun',
    'simhei',
    'pingfang',
    'hiraginosansgb',
    'stheiti',
    DROID,
  ],
  'Traditional Chinese': [
    'notosanscjk',
    'notosanstc',
    'sourcehansans',
    'msjh',
    'mingliu',
    'pingfang',
    'uming',
    'stheiti',
    DROID,
    DROID,
  ],
}
/**
 * The index of each script's font in the collections of Noto and Source Han, whose letters differ slightly by country.
 */
const PLACES: Readonly<Record<Script, number>> = {
  Japanese: 0,
  Korean: 1,
  'Simplified Chinese': 2,
  'Traditional Chinese': 3,
}
const ORDERED_COLLECTION = /^(?:notosanscjk|sourcehansans)/

/** Finds a font with the letters of a script in folders and the folders below them; null if there is none. */
export function findFont(script: Script, folders: readonly string[] = FONT_FOLDERS): SystemFont | null {
  const files = fontFiles(folders)
  for (const beginning of [...NAMES[script], ...FOR_ALL]) {
    const found = files.filter(({ plain }) => plain.startsWith(beginning))
    const file = found.find(({ plain }) => plain.includes('regular')) ?? found[0]
    const font = file && readFont(file.path, ORDERED_COLLECTION.test(file.plain) ? PLACES[script] : 0)
    if (font) return font
  }
  return null
}

interface FontFile {
  readonly path: string
  /** The small letters and digits of the name. */
  readonly plain: string
}

function fontFiles(folders: readonly string[]): FontFile[] {
  const files: FontFile[] = []
  const open = [...folders]
  for (let folder = open.shift(); folder !== undefined && files.length < MAX_FILES; folder = open.shift()) {
    for (const entry of entriesIn(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) open.push(path)
      else if (/\.(?:ttf|otf|ttc|otc)$/i.test(entry.name))
        files.push({
          path,
          plain: entry.name
            .normalize('NFC')
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N}]/gu, ''),
        })
    }
  }
  return files
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

/** Reads a font file; null if it cannot be read, is too large, or is not a font. */
function readFont(path: string, place: number): SystemFont | null {
  try {
    if (statSync(path).size > MAX_FONT_BYTES) return null
    const bytes = readFileSync(path)
    if (bytes.toString('latin1', 0, 4) !== 'ttcf') return { bytes, offset: 0 }
    const count = bytes.readUInt32BE(8)
    return { bytes, offset: bytes.readUInt32BE(12 + 4 * (place < count ? place : 0)) }
  } catch {
    return null
  }
}

/** A table of a font, such as `cmap`; null if the font does not have it. */
export function tableOf({ bytes, offset }: SystemFont, tag: number): Buffer | null {
  const count = bytes.readUInt16BE(offset + 4)
  for (let record = offset + 12; record < offset + 12 + 16 * count; record += 16) {
    if (bytes.readUInt32BE(record) !== tag) continue
    const begin = bytes.readUInt32BE(record + 8)
    return bytes.subarray(begin, begin + bytes.readUInt32BE(record + 12))
  }
  return null
}
