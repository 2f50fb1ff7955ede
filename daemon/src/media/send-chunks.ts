import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ChunkSpaces } from './chunk-spaces.ts'
import type { FileChunks } from './file-chunks.ts'

/**
 * Sends the rest of an answer whose header is written, as fast as the client reads it. While one chunk goes out, the
 * next one is read. Closes the file at the end, or when the client is gone. If the answer cannot be completed, closes
 * the connection, because its length was promised, and throws.
 */
export async function sendChunks(chunks: FileChunks, to: ServerResponse, spaces: ChunkSpaces): Promise<void> {
  const left = new AbortController()
  const gone = once(to, 'close', { signal: left.signal }).catch(() => {})
  const pair = [spaces.take(), spaces.take()] as const
  try {
    let written: Promise<unknown> = Promise.resolve()
    for (let turn = 0; ; turn = 1 - turn) {
      const chunk = await chunks.next(pair[turn]!)
      await Promise.race([written, gone])
      if (to.destroyed) return
      if (!chunk) break
      written = write(chunk, to)
    }
    to.end()
    spaces.giveBack(...pair)
  } catch (err) {
    to.destroy()
    throw err
  } finally {
    left.abort()
    await chunks.close()
  }
}

/** Resolves when the chunk is with the system, or never will be. */
function write(chunk: Uint8Array, to: ServerResponse): Promise<unknown> {
  return new Promise((resolve) => to.write(chunk, resolve))
}
