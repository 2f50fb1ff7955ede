import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FileTypeRegistry } from '../core/src/content/index.ts'
import { MAX_CHARS } from '../core/src/sidecars/generators/text/limits.ts'
import { readFileText } from '../core/src/sidecars/generators/text/read-file-text.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { type FlatDocument, flatDocuments } from './harness/flat-documents.ts'

const kinds = {
  doc: flatDocuments.text,
  docx: flatDocuments.text,
  odt: flatDocuments.text,
  rtf: flatDocuments.text,
  xls: flatDocuments.spreadsheet,
  xlsx: flatDocuments.spreadsheet,
  ods: flatDocuments.spreadsheet,
  ppt: flatDocuments.presentation,
  pptx: flatDocuments.presentation,
  odp: flatDocuments.presentation,
} as const
const MOST_MISSING = 1
const CONVERT_MS = 120_000

export const textMissing = defineBenchmark({
  name: 'text-missing',
  title: 'words of office documents that their text lacks',
  runs: 1,
  figures: Object.keys(kinds).map((kind) => {
    const what = `words that the text of a .${kind} lacks`
    return { id: kind, what, unit: '%' as const, goal: { atMost: MOST_MISSING } }
  }),
  remarks: [
    'LibreOffice writes the documents, with words in headers, footers, notes, comments, boxes, shapes, tables and hidden sheets.',
  ],
  async setup({ scratch }) {
    const dir = scratch('text-missing')
    const types = new FileTypeRegistry()
    const missing = async (kind: string, document: FlatDocument) => {
      const file = convert(dir, kind, document)
      const { category: type, mimes } = types.detectFromExtension(file)!
      const { pages } = await readFileText(file, { type, mime: mimes[0] ?? null, size: statSync(file).size }, MAX_CHARS)
      const text = pages.map((page) => `${page.title ?? ''}\n${page.text}`).join('\n')
      const found = new Set(text.split(/[^\p{L}\p{N}.]+/u))
      const lost = document.words.filter((word) => !found.has(word) && !unwritten[kind]?.includes(word))
      if (lost.length > 0) process.stderr.write(`.${kind} lacks ${lost.join(' ')}\n`)
      return (100 * lost.length) / document.words.length
    }
    return [
      {
        name: OURS,
        program: 'soffice',
        async measure() {
          const shares: Record<string, number> = {}
          for (const [kind, document] of Object.entries(kinds)) shares[kind] = await missing(kind, document)
          return shares
        },
      },
    ]
  },
})

/** Words that LibreOffice does not write into its files of a kind. */
const unwritten: Readonly<Record<string, readonly string[]>> = { rtf: ['shapeword'], xls: ['formulaword'] }

/** Writes a document in a format, by LibreOffice with a profile of its own. */
function convert(dir: string, kind: string, { ending, xml }: FlatDocument): string {
  const folder = join(dir, kind)
  mkdirSync(folder, { recursive: true })
  const source = join(folder, `paper.${ending}`)
  writeFileSync(source, xml)
  const profile = `-env:UserInstallation=${pathToFileURL(join(dir, 'profile')).href}`
  const args = [profile, '--headless', '--convert-to', kind, '--outdir', folder, source]
  execFileSync('soffice', args, { stdio: 'ignore', timeout: CONVERT_MS })
  const file = join(folder, `paper.${kind}`)
  if (!existsSync(file)) throw new Error(`LibreOffice wrote no .${kind}`)
  return file
}
