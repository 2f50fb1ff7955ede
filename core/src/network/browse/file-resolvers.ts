import { realpath } from 'node:fs/promises'
import { z } from 'zod'
import { CoreError } from '../../util/errors.ts'
import { baseOf, displayName, fsPath, nameBytes, parsePath, type RawName } from '../../util/file-name.ts'
import { CONTENT_KIND, ContentSpec, isSamePlace, type SourceResolver } from '../transfer/index.ts'
import type { ServedBrowse } from './serve-browse.ts'

/** Maximum number of paths of one transfer. */
export const MAX_PATHS = 1_000
const MAX_PATH = 8_192

/** A request for files and folders by their paths on the sending device. Needs the grant `read`. */
export const PathsSpec = z.object({ paths: z.array(z.string().min(1).max(MAX_PATH)).min(1).max(MAX_PATHS) })

/** Resolves the requests of paired devices for files here, by path and by content. */
export function fileResolvers(served: ServedBrowse) {
  const paths: SourceResolver<typeof PathsSpec> = {
    kind: 'paths',
    spec: PathsSpec,
    async resolve(spec, peer) {
      const roots = []
      const reals: RawName[] = []
      for (const text of spec.paths) {
        const path = await served.allowed(text, peer, 'read')
        // A link keeps its own name, not the name of its target.
        const name = baseOf(parsePath(text.replace(/\/+$/, '')))
        reals.push(path)
        roots.push({ path: nameBytes(path), name: nameBytes(displayName(name) === '' ? baseOf(path) : name) })
      }
      const [first] = roots
      const title = displayName(first!.name)
      return {
        roots,
        title: roots.length === 1 ? title : `${title} and ${roots.length - 1} more`,
        isAllowed: () => reals.every((path) => served.isAllowed(path, peer, 'read')),
      }
    },
  }
  // Content may be sent to members of a library that has it, and to devices with the grant `read` for one of its
  // files.
  const content: SourceResolver<typeof ContentSpec> = {
    kind: CONTENT_KIND,
    spec: ContentSpec,
    async resolve(spec, peer) {
      const { path } = served.held(spec.content, peer, 'read')
      const name = baseOf(path)
      // A folder above the file may have been replaced by a link to a place that the device may not read.
      const real = await realpath(fsPath(path), 'buffer').catch(() => null)
      if (!real || !isSamePlace(real, Buffer.from(nameBytes(path))))
        throw new CoreError('NotFound', `${displayName(name)} was moved or deleted`)
      return {
        roots: [{ path: nameBytes(path), name: nameBytes(name) }],
        title: displayName(name),
        isAllowed: () => served.mayHold(spec.content, peer, 'read'),
      }
    },
  }
  return [paths, content] as const
}
