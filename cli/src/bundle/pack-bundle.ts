import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { packTar } from 'modern-tar'

/** A compressed tar archive of these texts, by their file names. Only the owner may read the unpacked files. */
export async function packBundle(texts: Readonly<Record<string, string>>, mtime: Date): Promise<Buffer> {
  const entries = Object.entries(texts).map(([name, text]) => {
    const body = Buffer.from(text)
    return { header: { name, size: body.length, mode: 0o600, mtime }, body }
  })
  return promisify(gzip)(await packTar(entries))
}
