import { realpath } from 'node:fs/promises'
import { type Grant, type GrantKind, grantsFolders } from '../../domain/index.ts'
import type { LocationMap } from '../../location/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, fsPath, nameBytes, nameKey, parsePath, type RawName } from '../../util/file-name.ts'
import { unreachableError } from '../../util/path-error.ts'
import type { Registry } from '../registry/registry.ts'
import type { Grants } from './grants.ts'

export interface GrantFoldersDeps {
  readonly grants: Pick<Grants, 'allow' | 'folders' | 'takeBack'>
  readonly registry: Pick<Registry, 'find'>
  /** The locations of each open library. */
  readonly locations: () => readonly Pick<LocationMap, 'all' | 'find'>[]
}

type Locations = GrantFoldersDeps['locations']

export interface GrantInput {
  /** Name, slug or id of a paired device. */
  readonly device: string
  readonly what: GrantKind
  readonly folders: readonly string[]
  readonly everything: boolean
  readonly off: boolean
}

/**
 * Gives a paired device a grant or withdraws it. Throws `NotFound`, and `InvalidInput` if the options contradict each
 * other.
 */
export async function grantFolders(
  { grants, locations, registry }: GrantFoldersDeps,
  input: GrantInput,
): Promise<Grant> {
  const { everything, folders, off, what } = input
  const { id } = registry.find(input.device)
  if (!grantsFolders(what) && (folders.length > 0 || everything))
    throw new CoreError('InvalidInput', `the grant "${what}" does not apply to folders; omit them`)
  if (everything && folders.length > 0)
    throw new CoreError('InvalidInput', 'name folders, or say --everything, but not both')
  if (off) return grants.takeBack(id, what, await foldersToTakeBack(locations, folders, grants.folders(id, what)))
  if (!grantsFolders(what)) return grants.allow(id, what)
  return grants.allow(id, what, everything ? { everything } : { folders: await grantedFolders(locations, folders) })
}

/**
 * The folders of a grant that a user takes back, named by path or by the name of a location. A reference is first
 * compared with the folders of the grant, because such a folder may have been removed, may be on an offline disk, or
 * may be a link to another place now.
 */
async function foldersToTakeBack(
  locations: Locations,
  references: readonly string[],
  granted: readonly RawName[],
): Promise<RawName[]> {
  const found = await Promise.all(
    references.map(async (reference) => {
      const path = parsePath(reference)
      const meant = new Set([withoutSlashes(path), ...locationsCalled(locations, path)].map(nameKey))
      const own = granted.filter((folder) => meant.has(nameKey(folder)))
      return own.length > 0 ? own : grantedFolders(locations, [reference])
    }),
  )
  return distinct(found.flat())
}

/**
 * The real paths of the folders that a user names for a grant. A reference is a path, or the name or id of a location.
 * Without references, all locations of all open libraries are meant. Throws `NotFound` if a reference is unknown, and
 * `InvalidInput` if there is no location.
 */
async function grantedFolders(locations: Locations, references: readonly string[]): Promise<RawName[]> {
  const found = references.flatMap((reference): RawName[] => {
    const path = parsePath(reference)
    const isPath = nameBytes(path)[0] === SLASH || /^[a-z]:[\\/]/i.test(reference)
    const located = locationsCalled(locations, path)
    if (located.length > 0) return located
    if (isPath) return [path]
    throw new CoreError(
      'NotFound',
      `no location is called ${JSON.stringify(reference)}; name a folder by its absolute path, or see \`spacedrive location list\``,
    )
  })
  const folders = references.length > 0 ? found : locations().flatMap((map) => map.all().map(({ path }) => path))
  if (folders.length === 0)
    throw new CoreError(
      'InvalidInput',
      'there is no location to grant access to; name a folder: `spacedrive network grant <device> <what> <folder>`',
    )
  return distinct(await Promise.all(folders.map(withoutLinks)))
}

/** The folders of the locations with this name, id or path, in all open libraries. */
function locationsCalled(locations: Locations, reference: RawName): RawName[] {
  return locations().flatMap((map) => map.find(reference).map(({ path }) => path))
}

function withoutSlashes(path: RawName): RawName {
  const bytes = nameBytes(path)
  let length = bytes.length
  while (length > 1 && bytes[length - 1] === SLASH) length--
  return bytesToName(bytes.subarray(0, length))
}

function distinct(paths: readonly RawName[]): RawName[] {
  return [...new Map(paths.map((path) => [nameKey(path), path])).values()]
}

const SLASH = 0x2f

async function withoutLinks(path: RawName): Promise<RawName> {
  try {
    return bytesToName(new Uint8Array(await realpath(fsPath(path), 'buffer')))
  } catch (err) {
    throw unreachableError(err, displayName(path))
  }
}
