import type { WriteTransaction } from '../store/index.ts'

type Db = WriteTransaction['db']

/** A content that another device describes and of which this device has no file. */
export interface DescribedContent {
  readonly uuid: Uint8Array
  readonly hash: Uint8Array
  readonly hashVersion: number
  readonly size: number
  /** A number of `fileTypeNumbers`. */
  readonly type: number
  readonly mime: string | null
}

/** Adds a content that has a file only on other devices. A known content stays as it is. */
export async function addDescribedContent(db: Db, { hashVersion, ...content }: DescribedContent): Promise<void> {
  await db
    .insertInto('content_identities')
    // This device identifies the content itself once it has a file of it.
    .values({ ...content, hash_version: hashVersion, confidence: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Records the full hash of a content, unless the row already has one. */
export async function keepFullHash(db: Db, contentRowId: number, hash: Uint8Array): Promise<void> {
  await db
    .updateTable('content_identities')
    .set({ full_hash: hash })
    .where('id', '=', contentRowId)
    .where('full_hash', 'is', null)
    .execute()
}

/** Records the appearance of a content: a tiny picture of it, its main colour, or both. */
export async function keepLook(
  db: Db,
  contentRowId: number,
  { colour, thumbhash }: { readonly thumbhash?: Uint8Array; readonly colour?: number },
): Promise<void> {
  if (thumbhash === undefined && colour === undefined) return
  await db
    .updateTable('content_identities')
    .set({ ...(thumbhash && { thumbhash }), ...(colour !== undefined && { colour }) })
    .where('id', '=', contentRowId)
    .execute()
}
