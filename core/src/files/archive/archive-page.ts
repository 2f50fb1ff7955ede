import { z } from 'zod'
import { EntryKind } from '../../domain/index.ts'
import { boundedArray } from '../../util/bounded-array.ts'
import type { ArchivePage } from './archive-child.ts'

const figure = z.number().nullable()
const path = z.union([z.string(), z.custom<Uint8Array>((value) => value instanceof Uint8Array)])
const member = z.object({
  path,
  kind: EntryKind,
  size: figure,
  compressedSize: figure,
  modifiedMs: figure,
  encrypted: z.boolean(),
})
/** The operation limits a page to this number. */
const MAX_MEMBERS = 10_000

const page = z.object({
  format: z.string().max(100),
  members: boundedArray(member, MAX_MEMBERS),
  truncated: z.boolean(),
  total: z.int().min(0),
})

/** Throws if the page is not valid: the process that sent it may have been taken over. */
export function parsePage(reply: unknown): ArchivePage {
  const { data, success } = page.safeParse(reply)
  if (!success) throw new Error('it is not a page of a listing')
  return data
}
