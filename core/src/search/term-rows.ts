import { dirname, sep } from 'node:path'
import { foldName } from '../util/fold.ts'
import { markFoldersWidely } from './folder-marks.ts'
import { nameGlob, type NameGlob } from './name-glob.ts'
import type { NameIndex } from './name-index.ts'
import type { GlobTerm, PathTerm, Term } from './query-terms.ts'
import { scanNames } from './scan-names.ts'
import { PLACE_BITS } from './wasm/scanner.ts'

/**
 * The paths above the locations, folded, with a slash at both ends. `roots` has the path of the folder that contains
 * each root, by the root's id. Entries that are in no folder of the index are in `outside`.
 */
export interface PathsAbove {
  readonly roots: ReadonlyMap<number, string>
  readonly outside: string
}

/** The path of the folder that contains the entry at a path, folded, with slashes. */
export function pathAbove(path: string): string {
  return foldName(dirname(path).replaceAll(sep, '/'))
}

/** Sets the mark of each row that matches a term by its name or its path to 1. */
export function markTerm(index: NameIndex, term: Term, above: PathsAbove, marks: Uint8Array): void {
  switch (term.kind) {
    case 'word':
      return scanNames(index, encoder.encode(term.word), (hits, count) => {
        for (let i = 0; i < count; i++) marks[hits[i]! >>> PLACE_BITS] = 1
      })
    case 'glob':
      return term.parts.length === 1 && !term.anchored
        ? markGlob(index, nameGlob(term.parts[0]!), () => true, marks)
        : markPathGlob(index, term, above, marks)
    case 'path':
      return markPath(index, term, above, marks)
  }
}

/** Marks rows whose whole names match a pattern, if their folder is accepted. */
function markGlob(index: NameIndex, glob: NameGlob, accepts: (row: number) => boolean, marks: Uint8Array): void {
  const { starts } = index
  const check = (row: number) => {
    if (accepts(row) && glob.matches(index.scanner.bytes, starts[row]!, starts[row + 1]! - 1)) marks[row] = 1
  }
  if (glob.literal.length === 0) {
    for (let row = 0; row < index.rows; row++) check(row)
    return
  }
  scanNames(index, glob.literal, (hits, count) => {
    for (let i = 0; i < count; i++) check(hits[i]! >>> PLACE_BITS)
  })
}

/**
 * The mark of a folder whose state is not known yet, because it is in no folder of the index. The mark of a known
 * state is the state plus one.
 */
const UNKNOWN = 0

/**
 * Computes the state of every folder from its own name and the state of the folder that contains it; for a root, the
 * state follows from the path above it. Returns a function that gives the state of the folder around a row.
 */
function statesAround(index: NameIndex, above: PathsAbove, walk: PathWalk): (row: number) => number {
  const { scanner, starts } = index
  const ofText = (path: string) =>
    path
      .split('/')
      .filter((name) => name !== '')
      .reduce((state, name) => {
        const bytes = encoder.encode(name)
        return walk.enter(state, bytes, 0, bytes.length)
      }, walk.start)
  const outside = ofText(above.outside)
  const aboveRoots = new Map([...above.roots].map(([id, path]) => [id, ofText(path)]))
  const marks = markFoldersWidely(index, ({ id, row }, outer) => {
    const around = outer === UNKNOWN ? (aboveRoots.get(id) ?? outside) : outer - 1
    return 1 + (row < 0 ? around : walk.enter(around, scanner.bytes, starts[row]!, starts[row + 1]! - 1))
  })
  return (row) => {
    const mark = marks[index.parents[row]!]!
    return mark === UNKNOWN ? (aboveRoots.get(index.ids[row]!) ?? outside) : mark - 1
  }
}

/** Follows a path from folder to folder. States are 0 to 65,532. */
interface PathWalk {
  /** The state at the root of the file system. */
  readonly start: number
  /** The state in a folder whose name is the bytes from `from` to `to`. */
  readonly enter: (state: number, bytes: Uint8Array, from: number, to: number) => number
}

/** Marks rows whose path contains a text with a slash. */
function markPath(index: NameIndex, { path }: PathTerm, above: PathsAbove, marks: Uint8Array): void {
  const needle = encoder.encode(path)
  const step = prefixStepper(needle)
  const end = needle.length
  const around = statesAround(index, above, {
    start: step(0, SLASH),
    enter: (state, bytes, from, to) => {
      let now = state
      for (let at = from; at < to && now < end; at++) now = step(now, bytes[at]!)
      return step(now, SLASH)
    },
  })
  // A name has no slash. It can only match the text after the last slash, and only at its beginning.
  const named = needle.lastIndexOf(SLASH) + 1
  const rest = needle.subarray(named)
  const { starts } = index
  for (let row = 0; row < index.rows; row++) {
    const state = around(row)
    if (state === end || (state === named && beginsWith(index.scanner.bytes, starts[row]!, rest))) marks[row] = 1
  }
}

/**
 * The automaton of Knuth, Morris and Pratt ("Fast Pattern Matching in Strings", 1977): `step(n, byte)` is the number of
 * bytes of the needle that match after one more byte, if `n` matched before it. It stays at the end of the needle.
 */
function prefixStepper(needle: Uint8Array): (state: number, byte: number) => number {
  const fallback = new Uint16Array(needle.length)
  const step = (state: number, byte: number): number => {
    if (state === needle.length) return state
    let now = state
    while (now > 0 && needle[now] !== byte) now = fallback[now - 1]!
    return needle[now] === byte ? now + 1 : 0
  }
  for (let i = 1; i < needle.length; i++) fallback[i] = step(fallback[i - 1]!, needle[i]!)
  return step
}

/** Marks rows whose names, and the names of the folders around them, match the parts of a pattern. */
function markPathGlob(index: NameIndex, { anchored, parts }: GlobTerm, above: PathsAbove, marks: Uint8Array): void {
  const globs = parts.map((part) => (part === ANY_FOLDERS ? null : nameGlob(part)))
  const last = globs.length - 1
  // A state is a set of bits. Bit `i` means that the part `i` of the pattern is expected next.
  const withSkipped = (state: number): number => {
    let all = state
    for (const [i, glob] of globs.entries()) {
      if (glob === null && i < last && (all >>> i) & 1) all |= 1 << (i + 1)
    }
    return all
  }
  const start = withSkipped(1)
  const around = statesAround(index, above, {
    start,
    enter: (state, bytes, from, to) => {
      let next = anchored ? 0 : start
      for (const [i, glob] of globs.entries()) {
        if (((state >>> i) & 1) === 0) continue
        if (glob === null) next |= 1 << i
        else if (i < last && glob.matches(bytes, from, to)) next |= 1 << (i + 1)
      }
      return withSkipped(next)
    },
  })
  const isNext = (row: number) => ((around(row) >>> last) & 1) === 1
  markGlob(index, globs[last] ?? nameGlob('*'), isNext, marks)
}

/**
 * As a part of a pattern, it matches any number of folders, including none. As the last part, it matches everything
 * below.
 */
const ANY_FOLDERS = '**'

function beginsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text[i]) return false
  }
  return true
}

const SLASH = 0x2f
const encoder = new TextEncoder()
