import { readFileSync } from 'node:fs'
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
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  }
}
