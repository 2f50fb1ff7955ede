/**
 * The owner of each table: the one folder of `core/src` whose code writes it. Other folders call a function of the
 * owner. `npm run check` finds writes from other folders (`scripts/table-owners.ts`). Triggers, migrations and
 * `mend-references.ts` belong to the schema and may write every table.
 */
export const tableOwners = {
  audio_media: 'indexing',
  captures: 'sidecars',
  content_conflicts: 'indexing',
  content_identities: 'indexing',
  departed: 'indexing',
  devices: 'library',
  directories: 'indexing',
  document_media: 'indexing',
  entries: 'indexing',
  extensions: 'indexing',
  image_media: 'indexing',
  library_identity: 'library',
  locations: 'location',
  row_ids: 'indexing',
  searched_sidecars: 'search',
  /** Only triggers write it, for the other devices that read it. */
  sidecar_changes: 'sidecars',
  sidecar_conversions: 'sidecars',
  sidecars: 'sidecars',
  stale_contents: 'indexing',
  texts: 'search',
  vector_codes: 'search',
  vectors: 'search',
  video_media: 'indexing',
  volumes: 'volume',
  xmp_documents: 'sidecars',
} as const
