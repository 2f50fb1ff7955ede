/**
 * The text of an answer, as long as it has at most `most` bytes: whoever answers decides how much it sends, not how
 * much of it is kept.
 */
export async function readShort({ body }: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const bytes of body ?? []) {
    length += bytes.length
    if (length > most) throw new Error(`its answer is longer than ${most} bytes`)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}
