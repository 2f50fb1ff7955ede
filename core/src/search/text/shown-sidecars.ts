import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import type { ContentId, SidecarKind } from '../../domain/index.ts'
import { sidecarKindNumbers } from '../../domain/stored-lists.ts'
import { sidecarPath } from '../../sidecars/files/paths.ts'
import { blobToUuid } from '../../util/uuid.ts'

/** A sidecar to open, in order to show a match in it. */
export interface ShownSidecar {
  readonly contentRowId: number
  readonly kind: SidecarKind
  readonly variant: string
  /** Limit on its size. A larger sidecar is not opened, because the user waits for the answer. */
  readonly maxBytes: number
}

/** Reads the current sidecars of one library. */
export class ShownSidecars {
  readonly #root: string
  readonly #content: StatementSync

  /** `root` is the library's sidecar folder. */
  constructor(db: DatabaseSync, root: string) {
    this.#root = root
    this.#content = db.prepare(
      `select c.uuid from content_identities c join sidecars s on s.content_id = c.id
       where c.id = ? and s.kind = ? and s.variant = ? and s.format = 'json' and s.size <= ?`,
    )
  }

  /** The JSON of a sidecar; null if it cannot be read. The entry is still a match. */
  read({ contentRowId, kind, variant, maxBytes }: ShownSidecar): string | null {
    const row = this.#content.get(contentRowId, sidecarKindNumbers[kind], variant, maxBytes)
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

/**
 * Reads a whole file; null if it is larger than `maxBytes`. The size in its row may be wrong, because the file may have
 * been replaced.
 */
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
