import type { TextPage, TextSource } from '../../formats/text-sidecar.ts'
import { MAX_TITLE_CHARS } from './limits.ts'

/** Collects the text of a file, page by page, up to the limit. */
export class PageCollector {
  readonly #pages: TextPage[] = []
  readonly #source: TextSource
  #parts: string[] = []
  #title = ''
  #number = 0
  #left: number
  #truncated = false

  constructor(maxChars: number, source: TextSource = 'text') {
    this.#source = source
    this.#left = maxChars
  }

  /** Whether the limit is reached, so that a reader can stop. */
  get isFull(): boolean {
    return this.#left <= 0
  }

  /** Begins the next page. */
  begin(title = ''): void {
    this.#end()
    this.#number++
    this.setTitle(title)
  }

  setTitle(title: string): void {
    this.#title = oneLine(title)
  }

  get hasTitle(): boolean {
    return this.#title !== ''
  }

  add(text: string): void {
    if (this.#number === 0) this.begin()
    if (text.length > this.#left) this.#truncated = true
    const fitting = text.slice(0, Math.max(0, this.#left))
    this.#left -= fitting.length
    if (fitting !== '') this.#parts.push(fitting)
  }

  /** Marks the text as truncated, because a reader has left something out. */
  cut(): void {
    this.#truncated = true
  }

  /** Ends the last page and returns all pages. */
  finish(): { pages: TextPage[]; truncated: boolean } {
    this.#end()
    return { pages: this.#pages, truncated: this.#truncated }
  }

  #end(): void {
    if (this.#number === 0) return
    const title = this.#title === '' ? {} : { title: this.#title }
    this.#pages.push({ page: this.#number, ...title, text: tidy(this.#parts.join('')), source: this.#source })
    this.#parts = []
    this.#title = ''
  }
}

/** Removes spaces at the ends of lines, repeated empty lines, and invalid characters. */
export function tidy(text: string): string {
  // A soft hyphen marks a place where a word may be broken. It is removed, because search would not find the word.
  return clean(text)
    .replaceAll('\u{ad}', '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** Returns well-formed text with line feeds between lines, and without NUL. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').replaceAll(/\r\n?/g, '\n')
}

function oneLine(text: string): string {
  const words = text
    .slice(0, MAX_TITLE_CHARS * 4)
    .trim()
    .split(/\s+/)
  return clean(words.join(' ').slice(0, MAX_TITLE_CHARS))
}
