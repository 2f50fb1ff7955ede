import type { FileTypeRegistry, Logger, SourceFile } from '@spacedrive/core'
import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { errorMessage } from '@spacedrive/core/errors'
import type { Context } from 'hono'
import type { HttpEnv } from '../http/http-env.ts'
import { HttpError } from '../http/problem.ts'
import { type ByteRange, parseByteRanges } from './byte-ranges.ts'
import { contentDisposition } from './content-disposition.ts'
import { contentType, detectMime, HEAD_BYTES, isText } from './content-type.ts'
import type { ChunkSpaces } from './chunk-spaces.ts'
import { CHUNK_BYTES, FileChunks, type Piece } from './file-chunks.ts'
import { formatHttpDate } from './http-date.ts'
import { contentRange, multipart } from './multipart.ts'
import { checkIfRange, checkPreconditions, type Validators } from './preconditions.ts'
import { sendChunks } from './send-chunks.ts'

/** The facts about a file to send. */
export interface FileFacts {
  readonly name: string
  /** Null where it has to be found out. */
  readonly mime: string | null
  /** Strong, without quotes. */
  readonly etag: string
  readonly cacheControl: string
}

export type MediaContext = Context<HttpEnv>

export interface SendDeps {
  readonly spaces: ChunkSpaces
  readonly log: Logger
  readonly types: FileTypeRegistry
  readonly now: () => number
}

const MS_PER_SECOND = 1_000
const NS_PER_MS = 1_000_000n

/** Answers a GET or HEAD with an open file, which it closes. */
export async function sendFile(c: MediaContext, file: SourceFile, facts: FileFacts, deps: SendDeps): Promise<Response> {
  let isOurs = true
  try {
    const request = c.req.raw.headers
    const validators = validatorsOf(file, facts, deps.now())
    const headers = commonHeaders(facts, validators)
    const precondition = checkPreconditions(request, validators)
    if (precondition === 'not-modified') return c.body(null, 304, headers)
    if (precondition === 'failed')
      throw new HttpError(
        412,
        'Conflict',
        `${facts.name} has changed since the version that the request names`,
        headers,
      )
    const size = Number(file.stats.size)
    const type = await typeOf(file, facts, deps.types)
    const isHead = c.req.method === 'HEAD'
    // A range is of a GET alone (RFC 9110 §14.2).
    const isRanged = !isHead && checkIfRange(request.get('if-range'), validators, deps.now())
    const ranges = isRanged ? parseByteRanges(request.get('range') ?? null, size) : null
    if (ranges?.length === 0)
      throw new HttpError(
        416,
        'InvalidInput',
        `the requested range lies beyond the end of ${facts.name}, which has ${size} bytes`,
        {
          ...headers,
          'content-range': `bytes */${size}`,
        },
      )
    const answer = answerOf(ranges, { size, type })
    const download = c.req.query('download') === '1'
    const chunks = new FileChunks(file, answer.pieces)
    const all = {
      ...headers,
      ...answer.headers,
      'content-length': String(chunks.length),
      'content-disposition': contentDisposition(facts.name, { download }),
    }
    if (isHead) return c.body(null, 200, all)
    isOurs = false
    const outgoing = outgoingOf(c)
    // An error before the answer begins can still get its own status. Without a socket, no client waits.
    if (!outgoing || chunks.length <= CHUNK_BYTES) return c.body(await chunks.all(), answer.status, all)
    outgoing.writeHead(answer.status, Object.fromEntries(c.body(null, answer.status, all).headers))
    await sendChunks(chunks, outgoing, deps.spaces).catch((err: unknown) =>
      deps.log.warn({ name: facts.name, err: errorMessage(err) }, 'a file was sent only in part'),
    )
    return new Response(null, RESPONSE_ALREADY_SENT)
  } finally {
    if (isOurs) await file.close()
  }
}

/** Node's response. It bypasses the web framework, which would allocate memory for each chunk. */
function outgoingOf(c: MediaContext): ServerResponse | null {
  // A test may send a request without a socket.
  const bindings = c.env as Partial<HttpEnv['Bindings']> | undefined
  return bindings?.outgoing ?? null
}

function validatorsOf({ stats }: SourceFile, { etag }: FileFacts, now: number): Validators {
  const modified = Math.floor(Number(stats.mtimeNs / NS_PER_MS) / MS_PER_SECOND) * MS_PER_SECOND
  // A file from the future has no time that could be compared with another.
  const lastModified = modified <= now && formatHttpDate(modified) !== null ? modified : null
  return { etag: `"${etag}"`, lastModified }
}

function commonHeaders({ cacheControl }: FileFacts, { etag, lastModified }: Validators): Record<string, string> {
  const date = lastModified === null ? null : formatHttpDate(lastModified)
  return {
    etag,
    ...(date !== null && { 'last-modified': date }),
    'cache-control': cacheControl,
    'accept-ranges': 'bytes',
  }
}

/** Reads the beginning of the file only where the type, or how a text is encoded, is to be seen there. */
async function typeOf(file: SourceFile, { mime, name }: FileFacts, types: FileTypeRegistry): Promise<string> {
  const size = Number(file.stats.size)
  if (mime !== null && !isText(mime)) return contentType(mime, { head: new Uint8Array(0), size })
  const space = Buffer.alloc(Math.min(size, HEAD_BYTES))
  const { bytesRead } = await file.read(space, 0, space.length, 0)
  const head = space.subarray(0, bytesRead)
  return contentType(mime ?? detectMime({ head, name, size }, types), { head, size })
}

interface Answer {
  readonly status: 200 | 206
  readonly headers: Readonly<Record<string, string>>
  readonly pieces: readonly Piece[]
}

function answerOf(ranges: readonly ByteRange[] | null, of: { size: number; type: string }): Answer {
  const { size, type } = of
  if (ranges === null) return { status: 200, headers: { 'content-type': type }, pieces: [{ first: 0, last: size - 1 }] }
  const [range] = ranges
  if (range && ranges.length === 1)
    return {
      status: 206,
      headers: { 'content-type': type, 'content-range': contentRange(range, size) },
      pieces: ranges,
    }
  const parts = multipart(ranges, of)
  return { status: 206, headers: { 'content-type': parts.contentType }, pieces: parts.pieces }
}
