/** The text of a body, or null if it is longer than `most` bytes. At most `most` bytes are kept in memory. */
export async function readShort(body: AsyncIterable<Uint8Array> | null, most: number): Promise<string | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const bytes of body ?? []) {
    length += bytes.length
    if (length > most) return null
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The text of an answer. Throws if it is longer than `most` bytes. */
export async function readAnswer({ body }: Response, most: number): Promise<string> {
  const text = await readShort(body, most)
  if (text === null) throw new Error(`its answer is longer than ${most} bytes`)
  return text
}
