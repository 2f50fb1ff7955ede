import type { Rule } from '../../domain/rules.ts'
import { foldCase, type IgnorePattern, parseIgnoreLine } from './ignore-pattern.ts'
import { byteString, matchesWildcard, type Wildcard } from './wildmatch.ts'

/** Where a list of patterns comes from; what its rules are called. */
export interface IgnoreListOptions {
  readonly rule: string
  readonly source: string
  readonly ignoreCase: boolean
}

/** One pattern of a list. Of all that match an entry the one with the highest `index` decides. */
interface Candidate {
  readonly index: number
  readonly negated: boolean
  readonly directoriesOnly: boolean
  readonly rule: Rule
}

interface SuffixCandidate extends Candidate {
  readonly suffix: string
}

/** A pattern no table can look up. A null `prefix`: it is matched against the name alone. */
interface WildcardCandidate extends Candidate {
  readonly prefix: string | null
  readonly wildcard: Wildcard
}

type Candidates<T> = ReadonlyMap<string, readonly T[]>

/** An ignore list's patterns as far as they can match in one folder. */
export interface IgnoreListHere {
  readonly list: IgnoreList
  /** The folder, relative to the list's own, with a slash at the end; empty for the list's own. */
  readonly path: string
  /** Literal paths into this folder, by name. */
  readonly named: Candidates<Candidate> | undefined
  readonly wildcards: readonly WildcardCandidate[]
}

/** The patterns of one ignore file, ordered so that most names are decided by looking them up. */
export class IgnoreList {
  readonly size: number
  readonly #ignoreCase: boolean
  readonly #byName = new Map<string, Candidate[]>()
  /** By what they have from the last dot on. */
  readonly #byExtension = new Map<string, SuffixCandidate[]>()
  /** Suffixes without a dot. */
  readonly #suffixes: SuffixCandidate[] = []
  /** Folder, then name. */
  readonly #byPath = new Map<string, Map<string, Candidate[]>>()
  readonly #wildcards: WildcardCandidate[] = []
  readonly #pathWildcards: WildcardCandidate[] = []
  /** What `at` answers for every folder, where no pattern has a path. */
  readonly #everywhere: IgnoreListHere | null

  constructor(lines: readonly string[], { rule: name, source, ignoreCase }: IgnoreListOptions) {
    this.#ignoreCase = ignoreCase
    let size = 0
    for (const line of lines) {
      const pattern = parseIgnoreLine(line, { ignoreCase })
      if (!pattern) continue
      const { text, negated, directoriesOnly } = pattern
      this.#add(pattern, { index: size++, negated, directoriesOnly, rule: { name, source, pattern: text } })
    }
    this.size = size
    const anyPath = this.#byPath.size + this.#pathWildcards.length > 0
    this.#everywhere = anyPath ? null : { list: this, path: '', named: undefined, wildcards: this.#wildcards }
  }

  /** What can match in the folder at `dir`, relative to the list's own folder (empty: in that one). */
  at(dir: string): IgnoreListHere {
    if (this.#everywhere) return this.#everywhere
    const folder = this.#ignoreCase ? foldCase(dir) : dir
    const path = folder === '' ? '' : `${folder}/`
    const active = this.#pathWildcards.filter((candidate) => mayMatchIn(path, candidate))
    const wildcards =
      active.length === 0 ? this.#wildcards : [...this.#wildcards, ...active].toSorted((a, b) => a.index - b.index)
    return { list: this, path, named: this.#byPath.get(folder), wildcards }
  }

  /** The rule of the last pattern that matches, and whether it lets the entry in. `name` as `foldCase` has it. */
  decide(here: IgnoreListHere, name: string, isDirectory: boolean): Decision | null {
    let best: Candidate | null = null
    if (this.#byName.size > 0) best = later(best, this.#byName.get(name), isDirectory)
    if (here.named) best = later(best, here.named.get(name), isDirectory)
    if (this.#byExtension.size > 0) {
      const dot = name.lastIndexOf('.')
      const bucket = dot < 0 ? undefined : this.#byExtension.get(name.slice(dot))
      if (bucket) best = laterSuffix(best, bucket, name, isDirectory)
    }
    if (this.#suffixes.length > 0) best = laterSuffix(best, this.#suffixes, name, isDirectory)
    if (here.wildcards.length > 0) best = laterWildcard(best, here, name, isDirectory)
    return best
  }

  #add({ test }: IgnorePattern, candidate: Candidate): void {
    switch (test.kind) {
      case 'name':
        return push(this.#byName, test.name, candidate)
      case 'suffix': {
        const dot = test.suffix.lastIndexOf('.')
        const suffixed = { ...candidate, suffix: test.suffix }
        if (dot < 0) this.#suffixes.push(suffixed)
        else push(this.#byExtension, test.suffix.slice(dot), suffixed)
        return
      }
      case 'path': {
        const names = this.#byPath.get(test.dir) ?? new Map<string, Candidate[]>()
        this.#byPath.set(test.dir, names)
        return push(names, test.name, candidate)
      }
      case 'name-wildcard':
        this.#wildcards.push({ ...candidate, prefix: null, wildcard: test.wildcard })
        return
      case 'path-wildcard':
        this.#pathWildcards.push({ ...candidate, prefix: test.prefix, wildcard: test.wildcard })
    }
  }
}

export type Decision = Pick<Candidate, 'negated' | 'rule'>

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
  candidates: readonly SuffixCandidate[],
  name: string,
  isDirectory: boolean,
): Candidate | null {
  for (const candidate of candidates) {
    if (best && candidate.index < best.index) continue
    if ((isDirectory || !candidate.directoriesOnly) && name.endsWith(candidate.suffix)) best = candidate
  }
  return best
}

function laterWildcard(best: Candidate | null, here: IgnoreListHere, name: string, isDirectory: boolean) {
  const bytes = byteString(name)
  for (let i = here.wildcards.length - 1; i >= 0; i--) {
    const candidate = here.wildcards[i]!
    if (best && candidate.index < best.index) return best
    if (candidate.directoriesOnly && !isDirectory) continue
    const { prefix, wildcard } = candidate
    if (prefix === null) {
      if (matchesWildcard(wildcard, bytes, 0)) return candidate
      continue
    }
    const path = here.path + name
    if (path.startsWith(prefix) && matchesWildcard(wildcard, byteString(path.slice(prefix.length)), 0)) return candidate
  }
  return best
}

/** Whether something directly in the folder `path` (slash at the end) could match. */
function mayMatchIn(path: string, { prefix, wildcard }: WildcardCandidate): boolean {
  const literal = prefix ?? ''
  if (!(literal.startsWith(path) || path.startsWith(literal))) return false
  return wildcard.slashes === null || wildcard.slashes + countSlashes(literal) === countSlashes(path)
}

function countSlashes(path: string): number {
  let count = 0
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count++
  return count
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
