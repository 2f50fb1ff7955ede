import type { SearchInput } from '../../domain/index.ts'
import { displayName, extensionOf } from '../../util/file-name.ts'
import { foldName } from '../../util/fold.ts'
import { planSearch, type SearchPlan } from '../search-plan.ts'
import type { ModelRow } from './library-fixture.ts'

export interface PlainOptions {
  readonly rows: readonly ModelRow[]
  /** Directory ids of all locations. */
  readonly roots: ReadonlySet<number>
  /** Directory ids of the requested locations; null: everywhere. */
  readonly inside: ReadonlySet<number> | null
  /** By root: the path of the folder that contains it. */
  readonly above?: ReadonlyMap<number, string>
}

/** The simplest search: looks at every name and sorts everything. Returns the ids of all matches, in order. */
export function plainSearch(input: SearchInput, { rows, roots, inside, above }: PlainOptions): number[] {
  const plan = planSearch(input, 0)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const foldersOf = (row: ModelRow): ModelRow[] => {
    const parent = row.parentId === null ? undefined : byId.get(row.parentId)
    return parent ? [parent, ...foldersOf(parent)] : []
  }
  const isHidden = (row: ModelRow): boolean => {
    const folders = foldersOf(row)
    const root = folders.findIndex((folder) => roots.has(folder.id))
    const below = root < 0 ? folders : folders.slice(0, root)
    return [row, ...below].some((each) => folded(each).startsWith('.'))
  }
  const pathOf = (row: ModelRow): string => {
    const chain = [row, ...foldersOf(row)].toReversed()
    return [above?.get(chain[0]!.id) ?? '', ...chain.map(folded)].join('/')
  }
  const passes = (row: ModelRow): boolean =>
    plan.words.every((word) => folded(row).includes(word)) &&
    groupsOf(input.query).every((terms) => terms.some((term) => matchesTerm(pathOf(row), term))) &&
    (plan.hidden || !isHidden(row)) &&
    (!inside || foldersOf(row).some((folder) => inside.has(folder.id))) &&
    passesFilters(row, plan)
  return rows
    .filter(passes)
    .toSorted((a, b) => compare(a, b, plan) || a.id - b.id)
    .map((row) => row.id)
}

/** The alternatives of each part of a query, quotes included; written apart from the reader of queries. */
function groupsOf(query: string): string[][] {
  const clean = query.toWellFormed().replaceAll('\0', ' ')
  const words = (clean.match(/"[^"]*"?|[^\s"]+/g) ?? []).filter(
    (word) => foldName(word.replaceAll('"', '')).trim() !== '',
  )
  const groups: string[][] = []
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 'OR' && groups.length > 0 && i + 1 < words.length) groups.at(-1)!.push(words[++i]!)
    else groups.push([words[i]!])
  }
  return groups
}

function matchesTerm(path: string, term: string): boolean {
  const text = foldName(term.replaceAll('"', '')).trim()
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (term.startsWith('"') || !/\*|\?./s.test(text)) return (text.includes('/') ? path : name).includes(text)
  if (!text.includes('/')) return new RegExp(`^${regexOf(text)}$`, 'su').test(name)
  // Folders before the pattern, unless it begins at the root; each `**` is any number of whole folders.
  const parts = text.replace(/^\/+/, '').split(/\/+/)
  const source = parts.map((part, i) => {
    if (i === parts.length - 1) return part === '' || part === '**' ? '.+' : regexOf(part)
    return part === '**' ? '(?:[^/]+/)*' : `${regexOf(part)}/`
  })
  return new RegExp(`^${text.startsWith('/') ? '/' : '/(?:[^/]+/)*'}${source.join('')}$`, 'su').test(path)
}

function regexOf(pattern: string): string {
  return Array.from(pattern)
    .map((sign) => (sign === '*' ? '[^/]*' : sign === '?' ? '[^/]' : sign.replace(/[\\^$.|+(){}[\]]/g, '\\$&')))
    .join('')
}

function passesFilters(row: ModelRow, plan: SearchPlan): boolean {
  const isFolder = row.kind === 'directory'
  const types = new Set<string>(plan.types.map((type) => (type === 'folder' ? 'directory' : type)))
  if (types.size > 0 && !types.has(row.kind) && (isFolder || !types.has(row.type))) return false
  if (plan.size && (isFolder || row.size < plan.size.min || row.size > plan.size.max)) return false
  if (plan.modified && (row.mtime < plan.modified.from || row.mtime >= plan.modified.to)) return false
  if (plan.extensions.length === 0) return true
  return row.kind === 'file' && plan.extensions.includes(extensionOf(displayName(row.name)))
}

function compare(a: ModelRow, b: ModelRow, plan: SearchPlan): number {
  const sign = plan.descending ? -1 : 1
  const newer = b.mtime - a.mtime
  switch (plan.sort) {
    case 'relevance':
      return matchClass(folded(a), plan) - matchClass(folded(b), plan) || byteLength(a) - byteLength(b) || newer
    case 'size':
      return sign * (sizeOf(a) - sizeOf(b)) || newer
    case 'modified':
      return sign * (a.mtime - b.mtime)
    case 'name':
      return sign * compareNames(folded(a), folded(b))
  }
}

function matchClass(name: string, { words, text }: SearchPlan): number {
  if (name === text) return 0
  if (name.startsWith(text) && /^\.[^.]*$/.test(name.slice(text.length))) return 1
  if (!words.every((word) => wordStarts(name, word).length > 0)) return 4
  return words.some((word) => name.startsWith(word)) ? 2 : 3
}

/** Places where a word is at the start of a word of the name. */
function wordStarts(name: string, word: string): number[] {
  const kind = (at: number) =>
    /[0-9]/.test(name[at]!) ? 'digit' : /[a-z]|[^\0-\x7f]/.test(name[at]!) ? 'letter' : null
  const isStart = (at: number) => at === 0 || kind(at - 1) === null || kind(at - 1) !== kind(at)
  return Array.from({ length: name.length }, (_, at) => at).filter((at) => name.startsWith(word, at) && isStart(at))
}

function compareNames(a: string, b: string): number {
  const [x, y] = [a, b].map(
    (name) =>
      Buffer.from(name)
        .toString('latin1')
        .match(/[0-9]+|[^0-9]/g) ?? [],
  )
  for (let i = 0; i < Math.min(x!.length, y!.length); i++) {
    const [p, q] = [x![i]!, y![i]!]
    const order = /^[0-9]/.test(p) && /^[0-9]/.test(q) ? Number(BigInt(p) - BigInt(q)) : p < q ? -1 : p > q ? 1 : 0
    if (order !== 0) return order
  }
  return x!.length - y!.length
}

const folded = (row: ModelRow): string => foldName(displayName(row.name))
const byteLength = (row: ModelRow): number => Buffer.byteLength(folded(row))
const sizeOf = (row: ModelRow): number => (row.kind === 'directory' ? 0 : row.size)
