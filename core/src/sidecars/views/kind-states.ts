import { hexToUuid } from '../../util/uuid.ts'
import {
  type ContentId,
  type SidecarKind,
  sidecarKindNumbers,
  sidecarStateByNumber,
  type Thumb,
} from '../../domain/index.ts'
import type { ReadDatabase } from '../../db/sqlite.ts'
import { withTuples } from '../../db/typed-rows.ts'

/** The state of one kind of sidecar of a content. */
export interface KindState extends Pick<Thumb, 'ready' | 'version' | 'state' | 'error'> {
  readonly contentRowId: number
}

/** A row of the query `SIDECARS`. */
type Row = readonly [
  contentRowId: number,
  variant: string,
  state: number,
  recipe: number,
  checksum: Uint8Array | null,
  code: string | null,
  error: string | null,
]

const SIDECARS = `
  select s.content_id, s.variant, s.state, s.recipe, s.checksum, s.error_code, s.error
  from json_each(?) as wanted cross join sidecars s on s.content_id = wanted.value and s.kind = ?`
const CONTENTS = `
  select lower(hex(c.uuid)), c.id from json_each(?) as wanted cross join content_identities c on c.uuid = unhex(wanted.value)`

export interface KindStatesInput {
  /** Row ids. */
  readonly contents: ReadonlyMap<ContentId, number>
  readonly kind: SidecarKind
  /** Only these variants; all if omitted. */
  readonly variants?: readonly string[] | undefined
  /** Whether sidecars of the content with this row id are being made now. */
  isMade(contentRowId: number): boolean
}

/** Reads the state of one kind of sidecar for each content. */
export function readKindStates(
  db: ReadDatabase,
  { contents, isMade, kind, variants }: KindStatesInput,
): Map<ContentId, KindState> {
  const statement = withTuples<Row>(db.prepare(SIDECARS))
  const ids = JSON.stringify([...contents.values()])
  const all = statement.all(ids, sidecarKindNumbers[kind])
  const rows = variants ? all.filter(([, variant]) => variants.includes(variant)) : all
  const byContent = Map.groupBy(rows, ([contentRowId]) => contentRowId)
  return new Map(
    [...contents].map(([contentId, contentRowId]) => {
      const state = stateOf(byContent.get(contentRowId) ?? [], () => isMade(contentRowId))
      return [contentId, { contentRowId, ...state }]
    }),
  )
}

/** Row ids of contents; unknown contents are left out. */
export function contentRowsOf(db: ReadDatabase, contentIds: readonly ContentId[]): Map<ContentId, number> {
  const statement = withTuples<[uuidHex: string, id: number]>(db.prepare(CONTENTS))
  const rows = statement.all(hexIds(contentIds))
  return new Map(rows.map(([uuidHex, id]) => [hexToUuid(uuidHex) as ContentId, id]))
}

/** Content ids in the form that the statements need: a JSON list of their hex digits. */
export function hexIds(contentIds: readonly ContentId[]): string {
  return JSON.stringify(contentIds.map((id) => id.replaceAll('-', '')))
}

function stateOf(rows: readonly Row[], isMade: () => boolean): Omit<KindState, 'contentRowId'> {
  const inState = (name: Thumb['state']) => rows.filter(([, , state]) => sidecarStateByNumber[state] === name)
  const none = { ready: [], version: '', error: null }
  const ready = inState('ready')
  if (ready.length > 0) {
    const variants = ready.map(([, variant]) => variant).toSorted()
    const version = versionOf(ready.map(([, , , recipe, checksum]) => ({ recipe, checksum })))
    return { ready: variants, version, state: 'ready', error: null }
  }
  if (inState('generating').length > 0 || isMade()) return { ...none, state: 'generating' }
  if (inState('pending').length > 0) return { ...none, state: 'pending' }
  const [failed] = inState('failed')
  if (!failed) return { ...none, state: 'none' }
  const [, , , , , code, message] = failed
  return { ...none, state: 'failed', error: { code: code ?? 'Internal', message: message ?? '' } }
}

/** A version text: the recipe, and the sum of the first four bytes of each file's checksum. */
export function versionOf(files: readonly { readonly recipe: number; readonly checksum: Uint8Array | null }[]): string {
  let sum = 0
  // A sum instead of XOR: two variants of a small picture may have equal bytes, which XOR would cancel out.
  for (const { checksum } of files) if (checksum) sum = (sum + Buffer.from(checksum).readUInt32BE(0)) >>> 0
  const recipe = Math.max(...files.map((file) => file.recipe))
  return `${recipe}-${sum.toString(16).padStart(8, '0')}`
}
