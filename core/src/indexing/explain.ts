import { lstatSync } from 'node:fs'
import type { LibraryStore } from '../library/store.ts'
import type { LocationMap } from '../location/index.ts'
import { displayName, fsPath, nameBytes, type RawName } from '../util/file-name.ts'
import { sortKey } from '../util/sort-key.ts'
import { createRuleEngine } from './rules/index.ts'

export interface Explanation {
  readonly path: string
  readonly indexed: boolean
  readonly hiddenAt: string | null
  readonly rule: { name: string; source: string; pattern: string } | null
  readonly reason: string
}

/** Says whether a path is in the index, and if not, why. */
export function explainPath(path: RawName, { map, store }: { map: LocationMap; store: LibraryStore }): Explanation {
  const shown = displayName(path)
  const place = map.locate(path)
  if (!place) return { path: shown, indexed: false, hiddenAt: null, rule: null, reason: 'it lies in no location' }
  const { location } = place
  const isDirectory = lstatSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() ?? false
  const rules = createRuleEngine({ settings: location.rules, root: displayName(location.path) })
  const hidden = shown === displayName(location.path) ? null : rules.explain(shown, isDirectory, exists)
  const indexed = isIndexed(place.volumePath, location.volumeId, store)
  const rule = hidden && { name: hidden.rule.name, source: hidden.rule.source, pattern: hidden.rule.pattern }
  const hiddenAt = hidden && hidden.path !== shown ? hidden.path : null
  return {
    path: shown,
    indexed,
    hiddenAt,
    rule,
    reason: reasonFor({
      indexed,
      hidden: hidden?.path ?? null,
      name: rule?.name,
      exists: exists(path),
      location: location.name,
    }),
  }
}

function reasonFor(of: {
  indexed: boolean
  hidden: string | null
  name: string | undefined
  exists: boolean
  location: string
}): string {
  if (of.hidden !== null && of.indexed) return `rule ${of.name} leaves it out from the next scan on`
  if (of.hidden !== null) return `rule ${of.name} leaves out ${of.hidden}`
  if (of.indexed) return `it is indexed in the location ${of.location}`
  if (!of.exists) return 'it does not exist'
  return 'no rule leaves it out; it is too deep, on another file system, unreadable, or not scanned yet'
}

const SLASH = 0x2f

function isIndexed(volumePath: RawName, volumeId: number, store: LibraryStore): boolean {
  const given = Buffer.from(nameBytes(volumePath))
  // The path of a location's root ends in a slash.
  const bytes = given.at(-1) === SLASH ? given.subarray(0, -1) : given
  const db = store.connection
  const directory = db.prepare('select 1 from directories where volume_id = ? and path = ?')
  if (directory.get(volumeId, new Uint8Array(bytes.length === 0 ? bytes : Buffer.concat([bytes, Buffer.from('/')]))))
    return true
  const slash = bytes.lastIndexOf(SLASH)
  const parent = db
    .prepare('select id from directories where volume_id = ? and path = ?')
    .get(volumeId, new Uint8Array(bytes.subarray(0, slash + 1)))
  if (!parent) return false
  const name = bytes.subarray(slash + 1)
  const key = sortKey(name.toString('utf8').includes('\uFFFD') ? name : name.toString('utf8'), false)
  return (
    db.prepare('select 1 from entries where parent_id = ? and sort_key = ?').get(Number(parent['id']), key) !==
    undefined
  )
}

function exists(path: RawName): boolean {
  return lstatSync(fsPath(path), { throwIfNoEntry: false }) !== undefined
}
