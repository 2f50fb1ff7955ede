import { parseHttpDate } from './http-date.ts'

/** Identifies the current state of a file. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string
  /** Milliseconds, whole seconds; null where there is none that HTTP could say. */
  readonly lastModified: number | null
}

/** `failed`: 412; `not-modified`: 304. */
export type Precondition = 'holds' | 'failed' | 'not-modified'

/** A time stamp says which state is meant only once its second is over. */
const SECOND_MS = 1_000

/** In the order of RFC 9110 §13.2.2; for GET and HEAD. */
export function checkPreconditions(headers: Headers, validators: Validators): Precondition {
  const { etag, lastModified } = validators
  const ifMatch = headers.get('if-match')
  if (ifMatch !== null) {
    if (!namesStrongly(ifMatch, etag)) return 'failed'
  } else {
    const limit = parseHttpDate(headers.get('if-unmodified-since'))
    if (limit !== null && lastModified !== null && lastModified > limit) return 'failed'
  }
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch !== null) return namesWeakly(ifNoneMatch, etag) ? 'not-modified' : 'holds'
  const since = parseHttpDate(headers.get('if-modified-since'))
  return since !== null && lastModified !== null && lastModified <= since ? 'not-modified' : 'holds'
}

/** Whether to answer the range: only if the client's part of the file is of the current state (RFC 9110 §13.1.5). */
export function checkIfRange(value: string | null, { etag, lastModified }: Validators, now: number): boolean {
  if (value === null) return true
  const date = parseHttpDate(value)
  if (date === null) return value === etag
  return date === lastModified && now - lastModified >= SECOND_MS
}

/** As many as anybody has copies for; a longer list is read no further. */
const MAX_TAGS = 100
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\u{10ffff}]*")/gu

function namesStrongly(list: string, etag: string): boolean {
  return list.trim() === '*' || tagsOf(list).some(([, weak, tag]) => weak === undefined && tag === etag)
}

function namesWeakly(list: string, etag: string): boolean {
  return list.trim() === '*' || tagsOf(list).some(([, , tag]) => tag === etag)
}

function tagsOf(list: string): RegExpExecArray[] {
  return list.matchAll(TAG).take(MAX_TAGS).toArray()
}
