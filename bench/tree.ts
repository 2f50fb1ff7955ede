import { closeSync, ftruncateSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface TreeShape {
  readonly files: number
  readonly directories: number
  readonly seed: number
  /** Share of the files whose content stands in an earlier file too. */
  readonly duplicates: number
  /** Bytes really written at the start of each file; the rest of its size is a hole. 0 leaves files empty but for their size. */
  readonly written: number
  /** What the files are: all that people have, or only short texts, or only films. */
  readonly kinds: 'mixed' | 'texts' | 'films'
}

/** The shapes of the documents' own measurements, one of a million files, and one for each thing measured on its own. */
export const shapes = {
  small: { files: 5_000, directories: 72, seed: 24_680, duplicates: 0.1, written: 64, kinds: 'mixed' },
  medium: { files: 20_000, directories: 1_847, seed: 12_345, duplicates: 0.1, written: 64, kinds: 'mixed' },
  large: { files: 100_000, directories: 16_507, seed: 13_579, duplicates: 0.1, written: 64, kinds: 'mixed' },
  million: { files: 1_000_000, directories: 60_000, seed: 97_531, duplicates: 0, written: 0, kinds: 'mixed' },
  /** Short files that are all there, a tenth of them twice. */
  texts: { files: 110_000, directories: 4_000, seed: 86_420, duplicates: 0.1, written: 8_192, kinds: 'texts' },
  /** Files above the size up to which a file is hashed whole; all there. */
  films: { files: 3_000, directories: 50, seed: 75_319, duplicates: 0, written: 1_200_000, kinds: 'films' },
  /** One wide folder. */
  wide: { files: 10_000, directories: 1, seed: 11_111, duplicates: 0, written: 0, kinds: 'mixed' },
  /** As many rows as a list is asked to reach. */
  vast: { files: 2_000_000, directories: 1, seed: 22_222, duplicates: 0, written: 0, kinds: 'mixed' },
} as const satisfies Record<string, TreeShape>

/** Larger makes a shallower tree: at 2 a tree of 60,000 folders is six levels deep on average. */
const PARENT_BIAS = 2

/** Makes the same tree for the same shape, every time. Returns how many files and directories it made. */
export function makeTree(root: string, shape: TreeShape): { files: number; directories: number } {
  const random = mulberry32(shape.seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  mkdirSync(root, { recursive: true })
  const dirs = [root]
  for (let i = 1; i < shape.directories; i++) {
    // A parent among the first made keeps the tree a few levels deep, as people's folders are: paths of some 80 bytes.
    const from = Math.floor(random() ** PARENT_BIAS * dirs.length)
    const dir = join(dirs[from]!, `${pick(WORDS)} ${i}`)
    mkdirSync(dir)
    dirs.push(dir)
  }
  const kinds = KINDS.filter((kind) => shape.kinds === 'mixed' || kind.of === shape.kinds)
  // What each file holds, by its number: a duplicate has the content, the size and the kind of an earlier one.
  const contents = new Uint32Array(shape.files)
  const sizes = new Float64Array(shape.files)
  const kindOf = new Uint8Array(shape.files)
  const block = Buffer.alloc(shape.written)
  for (let i = 0; i < shape.files; i++) {
    const ownKind = Math.floor(random() * kinds.length)
    const dir = pick(dirs)
    const stem = `${pick(WORDS)}${pick(JOINERS)}${pick(WORDS)}${pick(JOINERS)}${i}`
    const whichExtension = random()
    const ownSize = Math.floor(kinds[ownKind]!.size * (0.2 + random() * 1.6))
    const from = random() < shape.duplicates ? Math.floor(random() * i) : i
    contents[i] = from === i ? i : contents[from]!
    sizes[i] = from === i ? ownSize : sizes[from]!
    kindOf[i] = from === i ? ownKind : kindOf[from]!
    const { extensions } = kinds[kindOf[i]!]!
    const path = join(dir, `${stem}.${extensions[Math.floor(whichExtension * extensions.length)]!}`)
    const fd = openSync(path, 'w')
    const size = sizes[i]!
    const written = Math.min(size, block.length)
    for (let j = 0; j + 4 <= written; j += 4) block.writeUInt32LE((contents[i]! * 2_654_435_761 + j) >>> 0, j)
    if (written > 0) writeSync(fd, block, 0, written)
    ftruncateSync(fd, size)
    closeSync(fd)
    const time = 1_400_000_000 + Math.floor(random() * 330_000_000)
    utimesSync(path, time, time)
  }
  return { files: shape.files, directories: dirs.length }
}

/** A small seeded generator: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const JOINERS = ['-', '_', ' ', '.']
/** Middle sizes in bytes; a file has a fifth to nine fifths of it. */
const KINDS = [
  { of: 'photos', extensions: ['jpg', 'JPG', 'heic', 'png'], size: 90_000 },
  { of: 'films', extensions: ['mp4', 'mov'], size: 400_000 },
  { of: 'documents', extensions: ['pdf', 'docx', 'xlsx'], size: 60_000 },
  { of: 'texts', extensions: ['txt', 'md', 'json', 'ts', 'py', 'c', 'html'], size: 4_000 },
  { of: 'music', extensions: ['mp3', 'flac'], size: 120_000 },
]
const WORDS =
  'holiday invoice report summer draft scan receipt letter garden project music letter photo beach winter family notes budget contract backup final copy song lecture recipe travel ticket house car tax budget meeting plan sketch portrait river mountain city night birthday wedding school essay thesis chapter module parser server client index archive release test sample data config'.split(
    ' ',
  )
