import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { packTar } from 'modern-tar'
import { MemberList } from '../../../core/src/files/archive/listing.ts'
import { readTar } from '../../../core/src/files/archive/read-tar.ts'
import { StreamReader } from '../../../core/src/util/byte-reader.ts'
import { inPieces } from '../pieces.ts'
import type { FuzzTarget } from '../target.ts'

const seeds = await Promise.all([
  tar({ 'a.txt': 'hello', 'b/c.txt': '' }),
  tar({ pax: '12 path=a/b\n20 mtime=1700000000\n', c: 'x' }).then((archive) => withType(archive, 'x')),
  tar({ '././@LongLink': 'a/long/name\0', c: 'x' }).then((archive) => withType(archive, 'L')),
  tar({ holes: '' }).then((archive) => withType(archive, 'S')),
])

export const target: FuzzTarget = {
  reads: 'tar archives: old, ustar, pax, GNU',
  guides: ['core/src/util/tar-header.ts'],
  maxBytes: 4_096,
  tokens: [
    'ustar\x0000',
    'ustar  \0',
    '12 path=a/b\n',
    '18 size=99999999\n',
    '././@LongLink',
    '\x80\0\0\0\0\0\0\0\0\0\x10\0',
  ],
  seeds: () => seeds,
  async run(bytes) {
    const sealed = withSums(bytes)
    const whole = await listed([Buffer.from(sealed)])
    assert.deepEqual(
      await listed(inPieces(sealed, 100).map((piece) => Buffer.from(piece))),
      whole,
      'an archive is listed otherwise if it comes in pieces',
    )
    for (const { modifiedMs, size } of whole.members) {
      assert.ok(size === null || (Number.isFinite(size) && size >= 0), `a size of ${size}`)
      assert.ok(modifiedMs === null || Number.isFinite(modifiedMs), `a time of ${modifiedMs}`)
    }
    return `${whole.isWhole} ${whole.members.map(({ kind }) => kind[0]).join('')}`
  },
}

async function listed(pieces: readonly Buffer[]) {
  const list = new MemberList()
  const isWhole = await readTar(new StreamReader(Readable.from(pieces)), list)
  return { isWhole, members: list.members }
}

async function tar(texts: Readonly<Record<string, string>>): Promise<Buffer> {
  const entries = Object.entries(texts).map(([name, body]) => ({
    header: { name, size: body.length, mode: 0o600, mtime: new Date(0) },
    body,
  }))
  return Buffer.from(await packTar(entries))
}

function withType(archive: Buffer, type: string): Buffer {
  archive.write(type, 156)
  return archive
}

/** Puts the right sum into every block that begins like a header: a search would not find one. */
function withSums(bytes: Uint8Array): Uint8Array {
  const sealed = Buffer.from(bytes)
  for (let at = 0; at + 512 <= sealed.length; at += 512) {
    const block = sealed.subarray(at, at + 512)
    if (block.toString('latin1', 257, 262) !== 'ustar') continue
    block.write(' '.repeat(8), 148)
    const sum = block.reduce((total, byte) => total + byte, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  }
  return sealed
}
