import type { SoakDaemon } from './daemon.ts'
import type { Difference, DiskEntry } from './oracle.ts'

/** Folders of which the listing is compared, and names that are searched, each time. */
const LISTED_FOLDERS = 40
const SEARCHED_NAMES = 25
const PAGE = 10_000
const RESULTS = 1_000

interface Listed {
  readonly source: string
  readonly total: number
  readonly items: readonly Item[]
}
interface Item {
  readonly name: string
  readonly nameBase64?: string
  readonly path: string
  readonly pathBase64?: string
  readonly kind: string
  readonly size: number
  readonly childCount: number | null
}

/** Compares what the daemon answers with the disk: listings with their order, and searches by name. */
export async function compareAnswers(
  daemon: SoakDaemon,
  disk: ReadonlyMap<string, DiskEntry>,
  random: () => number,
): Promise<Difference[]> {
  const differences: Difference[] = []
  const entries = [...disk.values()]
  const folders = entries.filter(({ children, path }) => children && isText(path))
  for (const folder of sample(folders, LISTED_FOLDERS, random)) {
    const answer = await daemon.ask<Listed>('files.list', { path: toText(folder.path), limit: PAGE })
    differences.push(...compareListing(folder, answer))
  }
  for (const { name } of sample(entries, SEARCHED_NAMES, random)) {
    const word = /[a-z]+[0-9]+/i.exec(name)?.[0]
    if (!word) continue
    // A location's own folder has no name in the walk, and is found by the name of the location.
    const having = entries.filter((entry) => entry.name.toLowerCase().includes(word.toLowerCase()))
    if (having.length > RESULTS) continue
    const answer = await daemon.ask<{ items: Item[] }>('search.files', { query: word, hidden: true, limit: RESULTS })
    differences.push(...compareSearch(word, having, answer.items))
  }
  return differences
}

function compareListing({ children, path }: DiskEntry, { items, source, total }: Listed): Difference[] {
  const differ = (check: string, disk: string, index: string): Difference[] => [{ check, path, disk, index }]
  if (source !== 'index') return differ('listing', 'from the index', `from the ${source}`)
  const listed = items.map(bytesOfName)
  const onDisk = new Set(children!.keys())
  if (total !== onDisk.size || listed.length !== onDisk.size || listed.some((name) => !onDisk.has(name))) {
    return differ('listing', [...onDisk].join(', '), listed.join(', '))
  }
  for (let i = 1; i < listed.length; i++) {
    const [before, after] = [children!.get(listed[i - 1]!)!, children!.get(listed[i]!)!]
    if (naturalOrder(before, after) > 0) {
      return differ('order', `${after.name} before ${before.name}`, `${before.name} before ${after.name}`)
    }
  }
  return []
}

function compareSearch(word: string, having: readonly DiskEntry[], items: readonly Item[]): Difference[] {
  const onDisk = having.map(({ path }) => path)
  const found = items.map((item) =>
    item.pathBase64 ? Buffer.from(item.pathBase64, 'base64').toString('latin1') : fromText(item.path),
  )
  const [missing, stale] = [
    onDisk.filter((path) => !found.includes(path)),
    found.filter((path) => !onDisk.includes(path)),
  ]
  return [
    ...missing.map((path) => ({ check: 'search', path, disk: `has ${word}`, index: 'not found' })),
    ...stale.map((path) => ({ check: 'search', path, disk: 'nothing', index: `found for ${word}` })),
  ]
}

/** Folders first, letters without their case and accents, digits by their value. */
function naturalOrder(one: DiskEntry, other: DiskEntry): number {
  const folders = Number(other.children !== null) - Number(one.children !== null)
  if (folders !== 0) return folders
  const [a, b] = [partsOf(one.name), partsOf(other.name)]
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!]
    const isNumber = /^\d/.test(x) && /^\d/.test(y)
    const order = isNumber ? compare(BigInt(x), BigInt(y)) : compare(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Runs of digits as such, everything else as single characters. */
function partsOf(name: string): string[] {
  const folded = toText(name)
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
  return folded.match(/\d+|\D/gu) ?? []
}

function compare<T extends string | bigint>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function bytesOfName({ name, nameBase64 }: Item): string {
  return nameBase64 ? Buffer.from(nameBase64, 'base64').toString('latin1') : fromText(name)
}

function fromText(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

function isText(bytes: string): boolean {
  return fromText(toText(bytes)) === bytes
}

function sample<T>(items: readonly T[], count: number, random: () => number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, () => items[Math.floor(random() * items.length)]!)
}
