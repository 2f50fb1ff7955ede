import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatTextSidecar, parseTextSidecar, type TextPage } from '../../formats/text-sidecar.ts'
import type { Engine } from '../generator.ts'

/** A page that was examined. */
export interface PageRead {
  readonly number: number
  /** Null if the page has no text. */
  readonly page: TextPage | null
  readonly languages: readonly string[]
  /** Processor time that reading took, in milliseconds. */
  readonly tookMs: number
}

/**
 * The pages of a file that were read so far, stored in a file that outlives the process. Its first line identifies the
 * engine and the settings; then there is a line for each page, in order. If a line is incomplete, it and all later
 * lines are ignored, and their pages are read again.
 */
export class ReadSoFar {
  /** The pages that an earlier run has read. */
  readonly before: readonly PageRead[]
  readonly #path: string
  readonly #engine: Engine
  /** The lines to write when the file is created; null after that. */
  #unwritten: string[] | null

  private constructor(path: string, engine: Engine, lines: string[], before: readonly PageRead[]) {
    this.before = before
    this.#path = path
    this.#engine = engine
    this.#unwritten = lines
  }

  /**
   * Opens the record. Ignores a file that was made by another engine or with other settings. `settings` is a text that
   * contains all of them.
   */
  static async open(path: string, { name, version }: Engine, settings: string): Promise<ReadSoFar> {
    const by = JSON.stringify({ name, version, settings })
    const [head, ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n')
    const before: PageRead[] = []
    for (const line of head === by ? lines : []) {
      const read = parsePage(line)
      if (!read) break
      before.push(read)
    }
    const engine = { name, version }
    return new ReadSoFar(path, engine, [by, ...before.map((each) => formatPage(engine, each))], before)
  }

  async add(read: PageRead): Promise<void> {
    const line = formatPage(this.#engine, read)
    if (this.#unwritten === null) return appendFile(this.#path, `\n${line}`)
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, [...this.#unwritten, line].join('\n'))
    this.#unwritten = null
  }
}

function formatPage(engine: Engine, { languages, number, page, tookMs }: PageRead): string {
  return `${number} ${Math.round(tookMs)} ${formatTextSidecar({ engine, languages, pages: page ? [page] : [] })}`
}

function parsePage(line: string): PageRead | null {
  const [, number, tookMs, json] = /^(\d{1,9}) (\d{1,9}) (.+)$/.exec(line) ?? []
  const sidecar = json === undefined ? null : parseTextSidecar(json)
  if (!sidecar) return null
  const { languages, pages } = sidecar
  return { number: Number(number), tookMs: Number(tookMs), languages, page: pages[0] ?? null }
}
