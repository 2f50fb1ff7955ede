import type { LibraryId } from '../../domain/index.ts'
import { ID_BYTES, RECORD_BYTES } from '../../sidecars/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer } from '../wire/protocol.ts'
import { Deadline } from '../wire/deadline.ts'
import type { Digest } from './inventory.ts'
import { CHUNK_BYTES, DigestChunk, DigestHead, digestProtocol, MAX_DIGEST_BYTES } from './protocol.ts'
import { assertSorted } from './records.ts'

/** How long sending a digest may take, in milliseconds. The largest digest needs this long on a slow line. */
const DEADLINE_MS = 60_000

/** Sends a digest as the answer on a stream. */
export async function sendDigest(stream: FrameStream, { groups, ...head }: Digest): Promise<void> {
  await stream.send({ ...head, groups: groups.map(({ bytes, ...of }) => ({ ...of, bytes: bytes.length })) })
  for (const { bytes } of groups) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      await stream.send({ bytes: bytes.subarray(at, at + CHUNK_BYTES) })
  }
  await stream.finish()
}

/**
 * Asks a member for its digest. Throws `NotAuthorised` if it refuses, and `InvalidInput` if the digest is not valid.
 */
export async function askDigest(
  peer: Peer,
  asked: { library: LibraryId; since: { epoch: string; version: number } | null },
  signal: AbortSignal,
): Promise<Digest> {
  using deadline = new Deadline(signal, {
    ms: DEADLINE_MS,
    reason: () => new CoreError('Timeout', `${peer.name} did not send its list of sidecars in time`),
  })
  const stream = await peer.open(digestProtocol, deadline.signal)
  const onAbort = () => stream.abort()
  deadline.signal.addEventListener('abort', onAbort, { once: true })
  try {
    await stream.send(asked)
    await stream.finish()
    const head = await stream.receive(DigestHead)
    if (!head) throw new CoreError('Unavailable', `${peer.name} ended the connection without an answer`)
    if ('refused' in head) throw new CoreError('NotAuthorised', `${peer.name}: ${head.refused}`)
    if (head.groups.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_DIGEST_BYTES)
      throw new CoreError('InvalidInput', `${peer.name} reports more sidecars than the limit`)
    const groups = []
    for (const { bytes: length, ...of } of head.groups) {
      const bytes = await receiveBytes(stream, length)
      if (of.form !== 'filter') assertSorted(bytes, of.form === 'records' ? RECORD_BYTES : ID_BYTES)
      groups.push({ ...of, bytes })
    }
    return { ...head, groups }
  } catch (err) {
    deadline.signal.throwIfAborted()
    throw err
  } finally {
    deadline.signal.removeEventListener('abort', onAbort)
    stream.abort()
  }
}

async function receiveBytes(stream: FrameStream, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for (let left = length; left > 0;) {
    const chunk = await stream.receive(DigestChunk)
    if (!chunk || chunk.bytes.length === 0 || chunk.bytes.length > left)
      throw new CoreError('InvalidInput', 'the other device sent a digest of the wrong length')
    chunks.push(chunk.bytes)
    left -= chunk.bytes.length
  }
  return Buffer.concat(chunks)
}
