import type { Rule } from '../../domain/rules.ts'
import { foldCase, type IgnoreTest, parseIgnoreLine } from './ignore-pattern.ts'
import { NameTable } from './name-table.ts'
import { byteString, nameLiterals, matchesWildcard, type Wildcard } from './wildmatch.ts'

/** The source of a list of patterns, and the name of its rules. */
export interface IgnoreListOptions {
  readonly rule: string
  readonly source: string
  readonly ignoreCase: boolean
}

/** A name to match, with facts about it that all lists need. */
export interface AskedName {
  /** The result of `foldCase` if case is ignored. */
  readonly name: string
  readonly isDirectory: boolean
  /** Index of its last dot; negative if it has none. */
  readonly lastDot: number
}

/**
 * The decision of a list about an entry: the rule of the last pattern that matches, and whether it lets the entry in.
 */
export interface Decision {
  readonly negated: boolean
  readonly rule: Rule
}

/** One pattern of a list. If several match an entry, the one with the highest `index` decides. */
interface Candidate extends Decision {
  readonly index: number
  readonly directoriesOnly: boolean
}

interface SuffixCandidate extends Candidate {
  readonly suffix: string
}

/** A pattern that cannot be found with a table. */
interface WildcardCandidate extends Candidate {
  readonly wildcard: Wildcard
  /** The literal beginning of the path; null if the pattern is matched against the name alone. */
  readonly prefix: string | null
  /** The only depth at which it matches, counted in folders below the list's own; null if it matches at any depth. */
  readonly depth: number | null
  /** The text with which every matching name begins, and the text with which it ends. */
  readonly head: string
  readonly tail: string
}

/** The patterns of an ignore list that can match in one folder. */
export interface IgnoreListHere {
  readonly list: IgnoreList
  /** The folder, relative to that of the list, with a slash at the end; empty for the list's own folder. */
  readonly path: string
  /** Patterns that are literal paths to an entry in this folder, by the name of the entry. */
  readonly named: NameTable<Candidate[]> | undefined
  readonly wildcards: readonly WildcardCandidate[]
}

/** The patterns of one ignore file, in tables by name, so that most names need only a few lookups. */
export class IgnoreList {
  readonly size: number
  /** The patterns that apply in every folder; null if a pattern of the list has a path. */
  readonly everywhere: IgnoreListHere | null
  readonly #ignoreCase: boolean
  readonly #byName = new NameTable<Candidate[]>()
  /** By the last dot of the suffix and the text after it. */
  readonly #byExtension = new NameTable<SuffixCandidate[]>()
  /** Suffixes without a dot. */
  readonly #suffixes: SuffixCandidate[] = []
  /** By folder, then by name of the entry. */
  readonly #byPath = new NameTable<NameTable<Candidate[]>>()
  readonly #wildcards: WildcardCandidate[] = []
  readonly #pathWildcards: WildcardCandidate[] = []

  constructor(lines: readonly string[], { rule: name, source, ignoreCase }: IgnoreListOptions) {
    this.#ignoreCase = ignoreCase
    let size = 0
    for (const line of lines) {
      const pattern = parseIgnoreLine(line, { ignoreCase })
      if (!pattern) continue
      const { text, test, negated, directoriesOnly } = pattern
      this.#add(test, { index: size++, negated, directoriesOnly, rule: { name, source, pattern: text } })
    }
    this.size = size
    const noPaths = this.#byPath.size + this.#pathWildcards.length === 0
    this.everywhere = noPaths ? { list: this, path: '', named: undefined, wildcards: this.#wildcards } : null
  }

  /**
   * The patterns that can match in the folder at `dir`, which is relative to the list's own folder; empty means that
   * folder.
   */
  at(dir: string): IgnoreListHere {
    const folder = this.#ignoreCase ? foldCase(dir) : dir
    const path = folder === '' ? '' : `${folder}/`
    const depth = countSlashes(path)
    const active = this.#pathWildcards.filter((candidate) => mayMatchIn(path, depth, candidate))
    const wildcards =
      active.length === 0 ? this.#wildcards : [...this.#wildcards, ...active].toSorted((a, b) => a.index - b.index)
    return { list: this, path, named: this.#byPath.get(folder), wildcards }
  }

  decide(here: IgnoreListHere, { name, isDirectory, lastDot }: AskedName): Decision | null {
    let best = later(null, this.#byName.get(name), isDirectory)
    if (here.named) best = later(best, here.named.get(name), isDirectory)
    if (lastDot >= 0) best = laterSuffix(best, this.#byExtension.get(name, lastDot), name, isDirectory)
    if (this.#suffixes.length > 0) best = laterSuffix(best, this.#suffixes, name, isDirectory)
    if (here.wildcards.length > 0) best = laterWildcard(best, here, name, isDirectory)
    return best
  }

  #add(test: IgnoreTest, candidate: Candidate): void {
    switch (test.kind) {
      case 'name':
        this.#byName.getOrCreate(test.name, () => []).push(candidate)
        return
      case 'suffix': {
        const dot = test.suffix.lastIndexOf('.')
        const suffixes = dot < 0 ? this.#suffixes : this.#byExtension.getOrCreate(test.suffix.slice(dot), () => [])
        suffixes.push({ ...candidate, suffix: test.suffix })
        return
      }
      case 'path': {
        const names = this.#byPath.getOrCreate(test.dir, () => new NameTable<Candidate[]>())
        names.getOrCreate(test.name, () => []).push(candidate)
        return
      }
      case 'name-wildcard': {
        const { wildcard } = test
        this.#wildcards.push({ ...candidate, wildcard, prefix: null, depth: null, ...nameLiterals(wildcard) })
        return
      }
      case 'path-wildcard': {
        const { wildcard, prefix } = test
        const depth = wildcard.slashes === null ? null : wildcard.slashes + countSlashes(prefix)
        this.#pathWildcards.push({ ...candidate, wildcard, prefix, depth, head: '', tail: nameLiterals(wildcard).tail })
      }
    }
  }
}

function later(best: Candidate | null, candidates: readonly Candidate[] | undefined, isDirectory: boolean) {
  if (!candidates) return best
  for (const candidate of candidates) {
    if (best && candidate.index < best.index) continue
    if (isDirectory || !candidate.directoriesOnly) best = candidate
  }
  return best
}

function laterSuffix(
  best: Candidate | null,
  candidates: readonly SuffixCandidate[] | undefined,
  name: string,
  isDirectory: boolean,
): Candidate | null {
  if (!candidates) return best
  for (const candidate of candidates) {
    if (best && candidate.index < best.index) continue
    if ((isDirectory || !candidate.directoriesOnly) && name.endsWith(candidate.suffix)) best = candidate
  }
  return best
}

function laterWildcard(best: Candidate | null, here: IgnoreListHere, name: string, isDirectory: boolean) {
  for (let i = here.wildcards.length - 1; i >= 0; i--) {
    const candidate = here.wildcards[i]!
    if (best && candidate.index < best.index) return best
    if (candidate.directoriesOnly && !isDirectory) continue
    if (!name.startsWith(candidate.head) || !name.endsWith(candidate.tail)) continue
    const { prefix, wildcard } = candidate
    const text = prefix === null ? name : here.path + name
    if (prefix !== null && !text.startsWith(prefix)) continue
    if (matchesWildcard(wildcard, byteString(prefix ? text.slice(prefix.length) : text))) return candidate
  }
  return best
}

/** Whether the pattern may match an entry directly in the folder `path`, which ends in a slash. */
function mayMatchIn(path: string, depth: number, candidate: WildcardCandidate): boolean {
  const prefix = candidate.prefix ?? ''
  if (candidate.depth !== null && candidate.depth !== depth) return false
  return prefix.startsWith(path) || path.startsWith(prefix)
}

function countSlashes(path: string): number {
  let count = 0
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count++
  return count
}
