import type { DocumentMediaTable } from '../../../store/schema/media.ts'
import { keywordsText } from '../keywords.ts'

/** A row of `document_media`, from the properties of a document. */
export type DocumentFacts = Omit<DocumentMediaTable, 'content_id'>

/** The properties that a reader found. */
export interface FoundDocument extends Partial<Omit<DocumentFacts, 'keywords'>> {
  readonly keywords?: readonly string[]
}

/** Summaries are a paragraph at most; a longer text is not a summary. */
const MAX_TEXT = 10_000

export function documentFacts({ keywords = [], ...found }: FoundDocument): DocumentFacts {
  return {
    title: text(found.title),
    author: text(found.author),
    subject: text(found.subject),
    description: text(found.description),
    keywords: keywordsText(keywords),
    pages: count(found.pages),
    slides: count(found.slides),
    sheets: count(found.sheets),
    program: text(found.program),
    created_at: found.created_at ?? null,
    modified_at: found.modified_at ?? null,
  }
}

/** Parses an ISO 8601 time as documents write it, and drops the fraction; null if it is not a time. */
export function documentTime(value: string | undefined): string | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(value?.trim() ?? '')
  return match && !Number.isNaN(Date.parse(`${match[1]}Z`)) ? `${match[1]}${match[2] ?? ''}` : null
}

function text(value: string | null | undefined): string | null {
  const trimmed = (value ?? '').replaceAll('\0', '').trim().slice(0, MAX_TEXT)
  return trimmed === '' ? null : trimmed
}

function count(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
}
