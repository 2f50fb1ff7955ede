import { fileTypes, textKinds } from '@spacedrive/core/domain'
import { CoreError } from '@spacedrive/core/errors'
import { MAX_COMPLETIONS } from './limits.ts'
import type { CompletedArgument, McpCall } from './offer.ts'
import type { Ask } from './tool.ts'

type Values = (argument: CompletedArgument, ask: Ask) => Promise<readonly string[]>

/** The values of each argument of prompts and addresses that has a list of values. */
const valuesOf: Readonly<Record<string, Values>> = {
  async library(_argument, ask) {
    const libraries = (await ask('libraries.list', {})).filter(({ open }) => open)
    return libraries.flatMap(({ id, name }) => [name, id])
  },
  async location({ of }, ask) {
    const locations = await ask('locations.list', {})
    // Names may occur twice; an address needs one that does not.
    return locations.map(({ id, name }) => ('template' in of ? id : name))
  },
  path: (argument, ask) => ('template' in argument.of ? pathsBelow(argument, ask) : foldersAt(argument.value, ask)),
  async type() {
    return fileTypes
  },
  async kind() {
    return textKinds
  },
  async when(_argument, ask) {
    const { months } = await ask('media.timeline', {})
    return months.map(({ month }) => month)
  },
}

/** The values that fit what the user has typed: first those that begin with it, then those that contain it. */
export async function complete(argument: CompletedArgument, { askIn }: McpCall): Promise<readonly string[]> {
  const values = Object.hasOwn(valuesOf, argument.name) ? valuesOf[argument.name]! : null
  if (!values) return []
  const library = argument.name === 'library' ? undefined : argument.given['library']
  const typed = argument.value.toLowerCase()
  try {
    const all = [...new Set(await values(argument, askIn(library)))]
    const starting = all.filter((value) => value.toLowerCase().startsWith(typed))
    const containing = all.filter((value) => value.toLowerCase().includes(typed) && !starting.includes(value))
    return [...starting, ...containing]
  } catch (err) {
    // Half a path, or a library that is not open, has no values. That is no error while someone is typing.
    if (err instanceof Error && 'code' in err && NOTHING.has(err.code)) return []
    throw err
  }
}

const NOTHING: ReadonlySet<unknown> = new Set(['NotFound', 'InvalidInput', 'PermissionDenied', 'Offline'])

/** The folders in the folder that the path names so far; the locations if it names none. */
async function foldersAt(typed: string, ask: Ask): Promise<readonly string[]> {
  const end = Math.max(typed.lastIndexOf('/'), typed.lastIndexOf('\\'))
  if (end < 0) return (await ask('locations.list', {})).map(({ path }) => path)
  const items = await childrenOf({ folder: typed.slice(0, end + 1), prefix: typed.slice(end + 1) }, ask)
  return items.filter(({ kind }) => kind === 'directory').map(({ path }) => path)
}

/** The paths in a location, as its addresses name them. */
async function pathsBelow({ given, value }: CompletedArgument, ask: Ask): Promise<readonly string[]> {
  const { location } = given
  if (location === undefined) return []
  const { path } = await ask('locations.info', { location })
  const end = value.lastIndexOf('/')
  const below = value.slice(0, end + 1)
  if (below.split('/').includes('..')) throw new CoreError('InvalidInput', 'an address has no ..')
  const items = await childrenOf({ folder: `${path}/${below}`, prefix: value.slice(end + 1) }, ask)
  return items.map(({ kind, name }) => `${below}${name}${kind === 'directory' ? '/' : ''}`)
}

/** The children whose names begin with the prefix, however large the folder is. */
async function childrenOf({ folder, prefix }: { folder: string; prefix: string }, ask: Ask) {
  const listing = { path: folder, sort: 'name', foldersFirst: false } as const
  const offset = prefix === '' ? 0 : (await ask('files.seek', { ...listing, prefix })).offset
  if (offset === null) return []
  const { items } = await ask('files.list', { ...listing, offset, limit: MAX_COMPLETIONS + 1 })
  const wanted = prefix.toLowerCase()
  return items.filter(({ name }) => name.toLowerCase().startsWith(wanted))
}
