import type { DatabaseSync } from '../../db/sqlite.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, joinName, nameBytes, bytesToName, pathBelow, type RawName } from '../../util/file-name.ts'
import { sortKey } from '../../util/sort-key.ts'
import { createRuleEngine } from '../rules/index.ts'
import { volumePathOf } from '../volume-path.ts'
import type { DiskRequests } from './disk-requests.ts'
import { statOrNull } from './listing.ts'
import { PatientDisk } from './patient-disk.ts'
import type { Explanation, ExplainRequest, LocationScope } from './requests.ts'

/** Looks on the disk whether a path exists, and which rule leaves it out. */
export function existsAndHidden({ path, scope }: DiskRequests['explain']['request']): DiskRequests['explain']['reply'] {
  const stats = statOrNull(path)
  return { exists: stats !== null, hidden: hiddenBy(path, stats?.isDirectory() ?? false, scope) }
}

/** Explains whether a path is in the index, and if not, why. Throws `NotFound` for a path that does not exist anywhere. */
export async function explain(
  db: DatabaseSync,
  request: ExplainRequest,
  { signal }: { signal: AbortSignal },
): Promise<Explanation> {
  const { path, scope, location, patience } = request
  const shown = displayName(path)
  await using disk = patience && new PatientDisk({ dir: scope.dir, patience })
  const { exists, hidden } = disk
    ? await disk.ask('explain', { path, scope }, signal)
    : existsAndHidden({ path, scope })
  const indexed = isIndexed(db, path, scope)
  if (!exists && !indexed && !hidden)
    throw new CoreError('NotFound', `${shown} does not exist, and the index does not know it`)
  const rule = hidden && { name: hidden.rule.name, source: hidden.rule.source, pattern: hidden.rule.pattern }
  return {
    path: shown,
    indexed,
    hiddenAt: hidden && hidden.path !== shown ? hidden.path : null,
    rule,
    reason: reasonFor({ indexed, hidden: hidden?.path ?? null, name: rule?.name, location }),
  }
}

function hiddenBy(path: RawName, isDirectory: boolean, scope: LocationScope) {
  const below = pathBelow(path, scope.dir)
  if (!below || below.length === 0) return null
  // The rules need paths as text, but the disk needs the bytes of a path. This maps text to bytes.
  const folders = new Map<string, RawName>()
  let dir = scope.dir
  for (const name of namesOf(below)) {
    folders.set(displayName(dir), dir)
    dir = joinName(dir, name)
  }
  const exists = (shown: string) => {
    const slash = shown.lastIndexOf('/')
    const folder = folders.get(shown.slice(0, slash) || '/')
    return folder !== undefined && statOrNull(joinName(folder, shown.slice(slash + 1))) !== null
  }
  const rules = createRuleEngine({ settings: scope.rules, root: displayName(scope.dir) })
  return rules.explain(displayName(path), isDirectory, exists)
}

function reasonFor(of: {
  indexed: boolean
  hidden: string | null
  name: string | undefined
  location: string
}): string {
  if (of.hidden !== null && of.indexed) return `rule ${of.name} leaves it out from the next scan on`
  if (of.hidden !== null) return `rule ${of.name} leaves out ${of.hidden}`
  if (of.indexed) return `it is indexed in the location ${of.location}`
  return 'no rule leaves it out; it is too deep, on another file system, unreadable, or not scanned yet'
}

function isIndexed(db: DatabaseSync, path: RawName, scope: LocationScope): boolean {
  const directory = db.prepare('select id from directories where volume_id = ? and path = ?')
  const asFolder = nameBytes(volumePathOf(scope, path))
  if (directory.get(scope.volumeId, asFolder)) return true
  const own = Buffer.from(asFolder).subarray(0, -1)
  const cut = own.lastIndexOf(SLASH) + 1
  const parent = directory.get(scope.volumeId, new Uint8Array(own.subarray(0, cut)))
  if (!parent) return false
  const key = sortKey(bytesToName(new Uint8Array(own.subarray(cut))), false)
  return db.prepare('select 1 from entries where parent_id = ? and sort_key = ?').get(parent['id']!, key) !== undefined
}

function namesOf(below: Uint8Array): RawName[] {
  const names: RawName[] = []
  for (let at = 0; at <= below.length;) {
    const slash = below.indexOf(SLASH, at)
    const end = slash < 0 ? below.length : slash
    names.push(bytesToName(below.subarray(at, end)))
    at = end + 1
  }
  return names
}

const SLASH = 0x2f
