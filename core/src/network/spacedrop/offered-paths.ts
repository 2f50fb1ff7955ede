import { isAbsolute } from 'node:path'
import { Packr } from 'msgpackr'
import { z } from 'zod'
import { CoreError } from '../../util/errors.ts'
import { baseOf, displayName, nameBytes, parsePath, type RawName } from '../../util/file-name.ts'

/** Maximum number of paths of one offer. */
const MAX_PATHS = 1_000

const packr = new Packr({ useRecords: false })
const Roots = z.array(
  z.object({
    path: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    name: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
)
/** The offered paths, each with its name on the other device. */
export type Roots = z.infer<typeof Roots>

export function packRoots(roots: Roots): Uint8Array {
  return packr.pack(roots)
}

export function unpackRoots(bytes: Uint8Array): Roots {
  return Roots.parse(packr.unpack(bytes))
}

/** Throws `InvalidInput` for a path that is not absolute. Equal names get numbers. */
export function rootsOf(paths: readonly string[]): Roots {
  if (paths.length === 0 || paths.length > MAX_PATHS)
    throw new CoreError('InvalidInput', `an offer is of 1 to ${MAX_PATHS} paths`)
  const used = new Set<string>()
  return paths.map((text) => {
    if (!isAbsolute(text)) throw new CoreError('InvalidInput', `${text} is not an absolute path`)
    const path = parsePath(text.length > 1 ? text.replace(/\/+$/, '') : text)
    const name = unusedName(baseOf(path), used)
    return { path: nameBytes(path), name: nameBytes(name) }
  })
}

function unusedName(name: RawName, used: Set<string>): RawName {
  const key = (candidate: RawName) => Buffer.from(nameBytes(candidate)).toString('latin1')
  let free = name
  for (let n = 2; used.has(key(free)); n++) free = `${displayName(name)} (${n})`
  used.add(key(free))
  return free
}
