import { realpath } from 'node:fs/promises'
import type { Core } from './core.ts'
import { type Grant, type GrantKind, grantsFolders } from './domain/index.ts'
import { CoreError } from './util/errors.ts'
import { bytesToName, displayName, fsPath, nameBytes, nameKey, parsePath, type RawName } from './util/file-name.ts'
import { unreachableError } from './util/path-error.ts'

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
export async function grant(core: Pick<Core, 'libraries' | 'network'>, input: GrantInput): Promise<Grant> {
  const { everything, folders, off, what } = input
  const { grants, registry } = core.network
  const { id } = registry.find(input.device)
  if (!grantsFolders(what) && (folders.length > 0 || everything))
    throw new CoreError('InvalidInput', `${what} is not for folders; leave them out`)
  if (everything && folders.length > 0)
    throw new CoreError('InvalidInput', 'name folders, or say --everything, but not both')
  if (off) return grants.takeBack(id, what, await foldersToTakeBack(core, folders, grants.folders(id, what)))
  if (!grantsFolders(what)) return grants.allow(id, what)
  return grants.allow(id, what, everything ? { everything } : { folders: await grantedFolders(core, folders) })
}

/**
 * The folders of a grant that a user takes back, by path or by the name of a location. Folders of the grant are meant
 * first: such a folder may be gone now, may be on a disk that is offline, or may have become a link to another place.
 */
async function foldersToTakeBack(
  core: Pick<Core, 'libraries'>,
  references: readonly string[],
  granted: readonly RawName[],
): Promise<RawName[]> {
  const found = await Promise.all(
    references.map(async (reference) => {
      const path = parsePath(reference)
      const meant = new Set([withoutSlashes(path), ...locationsCalled(core, path)].map(nameKey))
      const own = granted.filter((folder) => meant.has(nameKey(folder)))
      return own.length > 0 ? own : grantedFolders(core, [reference])
    }),
  )
  return distinct(found.flat())
}

/**
 * The real paths of the folders that a user names for a grant. A reference is a path, or the name or id of a location.
 * Without references, all locations of all open libraries are meant. Throws `NotFound` if a reference is unknown, and
 * `InvalidInput` if there is no location.
 */
async function grantedFolders(core: Pick<Core, 'libraries'>, references: readonly string[]): Promise<RawName[]> {
  const found = references.flatMap((reference): RawName[] => {
    const path = parsePath(reference)
    const isPath = nameBytes(path)[0] === SLASH || /^[a-z]:[\\/]/i.test(reference)
    const located = locationsCalled(core, path)
    if (located.length > 0) return located
    if (isPath) return [path]
    throw new CoreError(
      'NotFound',
      `no location is called ${JSON.stringify(reference)}; name a folder by its absolute path, or see \`spacedrive location list\``,
    )
  })
  const folders =
    references.length > 0
      ? found
      : core.libraries.opened().flatMap((library) => library.locations.map.all().map(({ path }) => path))
  if (folders.length === 0)
    throw new CoreError(
      'InvalidInput',
      'there is no location that could be opened; name a folder: `spacedrive network grant <device> <what> <folder>`',
    )
  return distinct(await Promise.all(folders.map(withoutLinks)))
}

/** The folders of the locations with this name, id or path, in all open libraries. */
function locationsCalled({ libraries }: Pick<Core, 'libraries'>, reference: RawName): RawName[] {
  return libraries.opened().flatMap((library) => library.locations.map.find(reference).map(({ path }) => path))
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
