import { z } from 'zod'
import { ArchiveMember } from '../../domain/archive.ts'
import { ContentId, Entry, FileInfo, FileSort, Sidecar } from '../../domain/index.ts'
import { MAX_PIECE_BYTES, MAX_THUMB_BYTES } from '../../sources/index.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Maximum number of entries of one answer. Even with the longest names they stay far below a frame. */
export const PAGE_ENTRIES = 500
/** Maximum number of contents of one question. */
export const MAX_CONTENTS = 100
/** Maximum number of archive members of one answer. Even with the longest names they stay below a frame. */
export const PAGE_MEMBERS = 200
/** Maximum number of members that a peer may report for an archive. */
const MAX_MEMBERS = 10_000_000
/** Maximum number of places of one answer. */
const MAX_PLACES = 1_000
/** Longest path, as text: PATH_MAX is 4096 bytes, and base64 makes it a third longer. */
export const MAX_PATH = 8_192
/** Longest name of a file, in characters; file systems allow 255 bytes. */
const MAX_NAME = 1_024
/** Maximum number of entries that a peer may report for one folder. */
const MAX_TOTAL = 1_000_000_000
/** Longest text of other facts, such as a tag of a file or the name of an engine. */
const MAX_TEXT = 4_096
/** Limit on an answer that a user waits for, in milliseconds. */
const LOOK_DEADLINE_MS = 20_000
/** Limit on the answer of a holder, in milliseconds. Holders answer at once; slower ones are not used. */
const HOLDING_DEADLINE_MS = 3_000

/** A path as commands accept it: text, or `base64:<…>`. */
const path = z.string().min(1).max(MAX_PATH).refine(isPath, 'is no path')
const name = z.string().max(MAX_NAME)
/** A name must not contain a path, because the asking side appends it to the requested path. */
const names = { name: name.refine(isName, 'is no name of a file'), nameBase64: name.refine(isNameBase64).optional() }

/** A file or folder on the asked device, given by its path; or any file with a content, given by the content id. */
export const Subject = z.union([z.object({ path }), z.object({ content: ContentId })])
export type Subject = z.infer<typeof Subject>

/** An entry without its path and without its id on the asked device. */
export const WireEntry = Entry.omit({ id: true, path: true, pathBase64: true }).extend(names)
export type WireEntry = z.infer<typeof WireEntry>

const WireInfo = FileInfo.omit({ id: true, path: true, pathBase64: true }).extend({
  ...names,
  metadata: z.record(z.string().max(MAX_TEXT), z.json()).nullable(),
  sidecars: z.array(Sidecar.extend({ path: z.null() })).max(MAX_CONTENTS),
})
export type WireInfo = z.infer<typeof WireInfo>

const order = { path, all: z.boolean(), sort: FileSort, reverse: z.boolean(), foldersFirst: z.boolean() }
const bytes = (max: number) => z.instanceof(Uint8Array).refine(({ length }) => length <= max, `more than ${max} bytes`)

/**
 * Browses and reads files on another device. Specified in docs/protocols/browse.md. Listings and facts need the grant
 * `browse`, bytes need `read`. Neither is needed for a content of a library that both devices are members of.
 */
export const browse = {
  name: 'browse',
  version: 1,
  maxFrameBytes: 4_194_304,
  maxStreams: 16,
  questions: {
    /** The places from which a user starts browsing. */
    places: {
      input: z.object({}),
      output: z.array(z.object({ kind: z.string().max(32), path, name: z.string().max(MAX_NAME) })).max(MAX_PLACES),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /** A window of a folder, in a given order. */
    list: {
      input: z.object({
        ...order,
        thumbs: z.boolean(),
        limit: z.int().min(1).max(PAGE_ENTRIES),
        offset: z.int().min(0).max(MAX_TOTAL),
      }),
      output: z.object({
        /** The path on the asked device, with its links resolved. */
        path,
        source: z.enum(['index', 'disk']),
        items: z.array(WireEntry).max(PAGE_ENTRIES),
        total: z.int().min(0).max(MAX_TOTAL),
        online: z.boolean(),
      }),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /** The position of an entry in a listing with the same order. */
    seek: {
      input: z.object({
        ...order,
        prefix: z.string().min(1).max(MAX_NAME).nullable(),
        entryPath: path.nullable(),
        from: z.int().min(0).max(MAX_TOTAL),
      }),
      output: z.object({ offset: z.int().min(0).max(MAX_TOTAL).nullable() }),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /** All facts about a file or folder. */
    info: {
      input: z.object({ of: Subject }),
      /**
       * `path` is null if the file was found by its content, and is in a folder that the asking device may not browse.
       */
      output: z.object({ path: path.nullable(), info: WireInfo }),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /** A thumbnail of a content. If it does not exist, it is made. */
    thumb: {
      input: z.object({ of: Subject, variant: z.string().max(64) }),
      output: z.discriminatedUnion('state', [
        z.object({
          state: z.literal('ready'),
          variant: z.string().max(64),
          checksum: z.string().regex(/^[0-9a-f]{64}$/),
          bytes: bytes(MAX_THUMB_BYTES),
        }),
        z.object({ state: z.literal('pending') }),
        z.object({ state: z.literal('none'), reason: z.string().max(1_000) }),
      ]),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /** A piece of a file, and the file's tag. If the file no longer has the tag `etag`, no bytes are sent. */
    read: {
      input: z.object({
        of: Subject,
        offset: z.int().min(0),
        length: z.int().min(0).max(MAX_PIECE_BYTES),
        etag: z.string().max(128).nullable(),
      }),
      output: z.object({
        ...names,
        size: z.int().min(0),
        mtimeMs: z.number(),
        etag: z
          .string()
          .max(128)
          .regex(/^[0-9a-z-]+$/),
        bytes: bytes(MAX_PIECE_BYTES),
      }),
    },
    /** A page of an archive's listing. */
    archive: {
      input: z.object({ path, limit: z.int().min(1).max(PAGE_MEMBERS), offset: z.int().min(0).max(MAX_MEMBERS) }),
      output: z.object({
        path,
        format: z.string().max(32),
        items: z
          .array(
            ArchiveMember.extend({ path: z.string().max(MAX_PATH), pathBase64: z.string().max(MAX_PATH).optional() }),
          )
          .max(PAGE_MEMBERS),
        total: z.int().min(0).max(MAX_MEMBERS),
        truncated: z.boolean(),
      }),
      deadlineMs: LOOK_DEADLINE_MS,
    },
    /**
     * The files with a content in shared libraries, and those in folders that the grant `browse` covers. Paths are
     * sent only for the latter.
     */
    where: {
      input: z.object({ content: ContentId }),
      output: z.array(z.object({ path: path.nullable(), size: z.int().min(0), online: z.boolean() })).max(MAX_CONTENTS),
      deadlineMs: HOLDING_DEADLINE_MS,
    },
    /** Which of some contents the device has and would send. */
    holding: {
      input: z.object({ contents: z.array(ContentId).min(1).max(MAX_CONTENTS) }),
      output: z.array(z.object({ contentId: ContentId, size: z.int().min(0), ...names })).max(MAX_CONTENTS),
      deadlineMs: HOLDING_DEADLINE_MS,
    },
  },
} satisfies Rpc<Record<string, Question>>

/** Whether the text is an absolute path, or the base64 of one. */
function isPath(text: string): boolean {
  if (text.includes('\0')) return false
  return /^(\/|base64:|[A-Za-z]:[\\/])/.test(text)
}

function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text)
}

function isNameBase64(text: string): boolean {
  return isName(Buffer.from(text, 'base64').toString('latin1'))
}
