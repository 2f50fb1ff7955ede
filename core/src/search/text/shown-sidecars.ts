import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContentId, SidecarKind } from '../../domain/index.ts'
import { sidecarKinds } from '../../domain/stored-lists.ts'
import { sidecarPath } from '../../sidecars/paths.ts'
import { blobToUuid } from '../../util/uuid.ts'

/** What is opened to show where something was found in it. */
export interface ShownSidecar {
  readonly contentRowId: number
  readonly kind: SidecarKind
  readonly variant: string
  /** A larger one is not opened: somebody waits. */
  readonly maxBytes: number
}

/** Reads what the sidecars of one library say now. */
export class ShownSidecars {
  readonly #root: string
  readonly #content: StatementSync

  /** `root` is the library's folder of sidecars. */
  constructor(db: DatabaseSync, root: string) {
    this.#root = root
    this.#content = db.prepare(
      `select c.uuid from content_identities c join sidecars s on s.content_id = c.id
       where c.id = ? and s.kind = ? and s.variant = ? and s.format = 'json' and s.size <= ?`,
    )
  }

  /** The JSON of a sidecar; null where it cannot be read, which is no reason not to have found it. */
  read({ contentRowId, kind, variant, maxBytes }: ShownSidecar): string | null {
    const row = this.#content.get(contentRowId, sidecarKinds.indexOf(kind), variant, maxBytes)
    if (!row) return null
    const contentId = blobToUuid(row['uuid'] as Uint8Array) as ContentId
    const path = sidecarPath(this.#root, { contentId, kind, variant, format: 'json' })
    try {
      return readUpTo(path, maxBytes)
    } catch {
      return null
    }
  }
}

/** All of a file; null where it is larger, whatever its row says: somebody may have put another in its place. */
function readUpTo(path: string, maxBytes: number): string | null {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(Math.min(fstatSync(file).size, maxBytes) + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null)
    return length < bytes.length ? bytes.toString('utf8', 0, length) : null
  } finally {
    closeSync(file)
  }
}
