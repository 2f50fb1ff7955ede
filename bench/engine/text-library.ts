import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { contentUuid } from '../../core/src/content/index.ts'
import { openDatabase } from '../../core/src/db/index.ts'
import { type ContentId, sidecarKindNumbers, sidecarStateNumbers } from '../../core/src/domain/index.ts'
import { migrations } from '../../core/src/store/migrations/index.ts'
import { TrackedTransactions } from '../../core/src/store/tracked-transaction.ts'
import { sidecarPath } from '../../core/src/sidecars/files/paths.ts'
import { formatTextSidecar } from '../../core/src/sidecars/formats/text-sidecar.ts'
import { indexTexts } from '../../core/src/search/text/index-texts.ts'
import { blobToUuid } from '../../core/src/util/uuid.ts'
import { mulberry32 } from '../tree.ts'
import { indexFresh } from './index-fresh.ts'
import { startDaemon } from './daemon-process.ts'

export const DOCUMENTS = 100_000
const WORDS = 250
/** Words there are, each half as common as the one at half its place, as in languages. */
const VOCABULARY = 30_000
const FOLDERS = 200
const SEED = 2_718

const SYLLABLES = 'ba ke lo mi nu ra se ti vo pa de go hi ju wa xe yo zu tra sto'.split(' ')

export interface TextLibrary {
  readonly dataDir: string
  /** The documents: files of text. */
  readonly root: string
  /** The words of document `i`. */
  words(i: number): string[]
  /** The most common words, the most common one first. */
  readonly common: readonly string[]
  /** Seconds that putting all texts into the index took. */
  readonly seconds: number
}

/**
 * A library of documents whose texts have been read; what reading them takes is another matter. It is kept in `dir` and made
 * again where it is half made, or where documents or tables have become others.
 */
export async function prepareTextLibrary(dir: string): Promise<TextLibrary> {
  const root = join(dir, 'documents')
  const dataDir = join(dir, 'data')
  const vocabulary = Array.from({ length: VOCABULARY }, (_, i) => wordOf(i + SYLLABLES.length))
  const words = (i: number) => {
    const random = mulberry32(SEED + i)
    return Array.from({ length: WORDS }, () => vocabulary[Math.floor(VOCABULARY ** random()) - 1]!)
  }
  const seconds = await onceMade(dir, async () => {
    for (let i = 0; i < DOCUMENTS; i++) {
      const folder = join(root, String(i % FOLDERS))
      if (i < FOLDERS) mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${i}.txt`), textOf(words(i)))
    }
    await indexFresh(dataDir, { path: root, mode: 'shallow', watch: false })
    const library = await libraryOf(dataDir)
    using db = openDatabase(join(library, 'database.db'))
    const sidecars = join(library, 'sidecars')
    recordTexts(db, sidecars, words)
    const begun = performance.now()
    const transactions = new TrackedTransactions(db)
    const transaction = async <T>(work: () => T) => transactions.run(work).result
    await indexTexts(db, { root: sidecars, check: false }, { signal: new AbortController().signal, transaction })
    return (performance.now() - begun) / 1_000
  })
  return { dataDir, root, words, common: vocabulary.slice(0, 20), seconds }
}

/** Fills a folder, unless it is full; returns the seconds that `make` said it took. */
export async function onceMade(dir: string, make: () => Promise<number>): Promise<number> {
  const stamp = JSON.stringify({ DOCUMENTS, WORDS, VOCABULARY, SEED, tables: Object.keys(migrations).at(-1) })
  const stampFile = `${dir}.json`
  const kept = existsSync(stampFile) ? (JSON.parse(readFileSync(stampFile, 'utf8')) as Made) : null
  if (kept?.stamp === stamp && existsSync(dir)) return kept.seconds
  rmSync(stampFile, { force: true })
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const made: Made = { stamp, seconds: await make() }
  writeFileSync(stampFile, JSON.stringify(made))
  return made.seconds
}

interface Made {
  readonly stamp: string
  readonly seconds: number
}

async function libraryOf(dataDir: string): Promise<string> {
  await using daemon = await startDaemon(dataDir)
  const [library] = await daemon.client.query('libraries.list', {})
  return library!.path
}

/** Lines of a dozen words. */
function textOf(words: readonly string[]): string {
  return words.map((word, i) => (i % 12 === 11 ? `${word}\n` : `${word} `)).join('')
}

function wordOf(number: number): string {
  const syllable = SYLLABLES[number % SYLLABLES.length]!
  return number < SYLLABLES.length ? syllable : wordOf(Math.floor(number / SYLLABLES.length)) + syllable
}

/** A sidecar for every document, as its generator would have left it. */
function recordTexts(db: DatabaseSync, sidecars: string, words: (i: number) => string[]): void {
  const content = db.prepare(
    'insert into content_identities(uuid, hash, hash_version, size, type, confidence) values(?, randomblob(32), 1, 0, 0, 0)',
  )
  const link = db.prepare('update entries set content_id = ?, content_state = 1 where id = ?')
  const sidecar = db.prepare(
    `insert into sidecars(uuid, content_id, kind, variant, format, state, size, checksum, recipe, created_at, updated_at)
     values(randomblob(16), ?, ${sidecarKindNumbers.text}, 'default', 'json', ${sidecarStateNumbers.ready}, ?, ?, 1, 0, 0)`,
  )
  db.exec('begin')
  for (const { id, name } of db.prepare("select id, name from entries where name like '%.txt'").all()) {
    const text = textOf(words(Number.parseInt(String(name), 10)))
    const pages = [{ page: 1, text, source: 'text' as const }]
    const json = formatTextSidecar({ engine: { name: 'bench', version: '1' }, languages: [], pages })
    const uuid = contentUuid(randomBytes(32))
    const contentRow = content.run(uuid).lastInsertRowid
    link.run(contentRow, id!)
    sidecar.run(contentRow, json.length, createHash('sha256').update(json).digest())
    const contentId = blobToUuid(uuid) as ContentId
    const path = sidecarPath(sidecars, { contentId, kind: 'text', variant: 'default', format: 'json' })
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, json)
  }
  db.exec('commit')
}
