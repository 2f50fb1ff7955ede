import {
  type ContentId,
  GIVEN_UP,
  type SidecarKind,
  fileTypeNumbers,
  fileTypeByNumber,
  sidecarKindNumbers,
} from '../../domain/index.ts'
import { addDescribedContent } from '../../indexing/index.ts'
import { hexToUuid, uuidToBlob } from '../../util/uuid.ts'
import type { RemoteContent, RemoteSidecar } from '../peers/peer-sidecars.ts'
import { FAILED, READY, type RowDeps } from './row.ts'

const ID_BYTES = 16

/** Reads rows for requests of other devices, and adds rows for contents and sidecars of other devices. */
export class ExchangeRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /** The ready files of one kind and variant of a content, with all facts about them; without references. */
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[] {
    const rows = this.#deps.store.connection
      .prepare(
        `select s.format, s.size, s.checksum, s.engine, s.engine_version, s.recipe, c.thumbhash, c.colour
         from content_identities c join sidecars s on s.content_id = c.id
         where c.uuid = ? and s.kind = ? and s.variant = ? and s.state = ${READY} and s.source_entry_id is null
           and s.checksum is not null`,
      )
      .all(uuidToBlob(contentId), sidecarKindNumbers[kind], variant)
    return rows.map((row) => ({
      contentId,
      kind,
      variant,
      format: String(row['format']),
      size: Number(row['size']),
      checksum: row['checksum'] as Uint8Array,
      engine: { name: String(row['engine'] ?? ''), version: String(row['engine_version'] ?? '') },
      recipe: Number(row['recipe']),
      findings: {
        ...(row['thumbhash'] !== null && { thumbhash: row['thumbhash'] as Uint8Array }),
        ...(row['colour'] !== null && { colour: Number(row['colour']) }),
      },
    }))
  }

  /** The identity of a content that has a ready sidecar; null if it has none. */
  identity(contentId: ContentId): RemoteContent | null {
    const row = this.#deps.store.connection
      .prepare(
        `select c.hash, c.hash_version, c.size, c.type, c.mime from content_identities c
         where c.uuid = ? and exists (select 1 from sidecars s where s.content_id = c.id and s.state = ${READY})`,
      )
      .get(uuidToBlob(contentId))
    if (!row) return null
    return {
      hash: row['hash'] as Uint8Array,
      hashVersion: Number(row['hash_version']),
      size: Number(row['size']),
      type: fileTypeByNumber[Number(row['type'])]!,
      mime: row['mime'] as string | null,
    }
  }

  /** Adds a content of which only other devices have a file, with the facts that they report. */
  async adopt(contentId: ContentId, { hash, hashVersion, mime, size, type }: RemoteContent): Promise<void> {
    const content = { uuid: uuidToBlob(contentId), hash, hashVersion, size, type: fileTypeNumbers[type], mime }
    await this.#deps.store.write(({ db }) => addDescribedContent(db, content))
  }

  /**
   * Filters packed ids (16 bytes each): returns contents with a file here but without this sidecar. Sidecars deleted
   * for the quota do not count as missing.
   */
  lacking({ format, kind, variant }: KindOf, ids: Uint8Array): ContentId[] {
    const rows = this.#deps.store.connection
      .prepare(
        `with recursive wanted(i) as (select 0 union all select i + 1 from wanted where i + 1 < ?)
         select lower(hex(c.uuid)) as id
         from wanted w join content_identities c on c.uuid = substr(?, w.i * ${ID_BYTES} + 1, ${ID_BYTES})
         where not exists (select 1 from sidecars s where s.content_id = c.id and s.kind = ? and s.variant = ? and s.format = ?
                           and (s.state = ${READY} or (s.state = ${FAILED} and s.error_code = ?)))
           and exists (select 1 from entries e where e.content_id = c.id)`,
      )
      .all(ids.length / ID_BYTES, ids, sidecarKindNumbers[kind], variant, format, GIVEN_UP)
    return rows.map(({ id }) => hexToUuid(String(id)) as ContentId)
  }
}

interface KindOf {
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
}
