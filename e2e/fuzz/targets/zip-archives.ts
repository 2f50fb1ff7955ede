import assert from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { MemberList } from '../../../core/src/files/archive/listing.ts'
import { readZip } from '../../../core/src/files/archive/read-zip.ts'
import { ZipArchive } from '../../../core/src/sidecars/generators/text/zip-archive.ts'
import { makeZip } from '../../../core/testing/documents/index.ts'
import { inFile } from '../in-file.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

/** Far more than a few hundred bytes may unpack to: deflate makes at most a thousand of one. */
const MAX_UNPACKED = 2_000_000

export const target: FuzzTarget = {
  reads: 'zip archives, and the parts of office documents in them',
  guides: [
    'core/src/files/archive/read-zip.ts',
    'core/src/sidecars/generators/text/zip-archive.ts',
    'node_modules/yauzl/',
  ],
  maxBytes: 900,
  tokens: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', '../', 'a\\b'],
  seeds: () => [
    makeZip({ 'a.txt': 'hello', 'b/c.xml': '<a/>' }),
    makeZip([{ name: 'big', data: 'x'.repeat(500), claimedSize: 4_000_000_000 }]),
    makeZip([{ name: 'locked', data: 'secret', isEncrypted: true }]),
  ],
  run: (bytes) => inFile(bytes, async (path) => `${await membersOf(path)} ${await partsOf(path)}`),
}

async function membersOf(path: string): Promise<string> {
  const list = new MemberList()
  const descriptor = openSync(path, 'r')
  try {
    const read = await readOrRefuse(() => readZip(descriptor, list), { codes: ['Corrupt'] })
    for (const { modifiedMs, size } of list.members)
      assert.ok((size === null || size >= 0) && (modifiedMs === null || Number.isFinite(modifiedMs)))
    return 'refused' in read ? read.refused : `${read.value} ${list.members.length}`
  } finally {
    close(descriptor)
  }
}

/** The reader of the directory may have closed it. */
function close(descriptor: number): void {
  try {
    closeSync(descriptor)
  } catch (err) {
    assert.equal((err as NodeJS.ErrnoException).code, 'EBADF')
  }
}

async function partsOf(path: string): Promise<string> {
  const read = await readOrRefuse(
    async () => {
      using zip = await ZipArchive.open(path)
      let unpacked = 0
      for (const name of zip.names) for await (const chunk of zip.chunks(name)) unpacked += chunk.length
      assert.ok(unpacked <= MAX_UNPACKED, `${unpacked} bytes unpacked`)
      return zip.names.length
    },
    { codes: ['Corrupt', 'Unsupported'] },
  )
  return 'refused' in read ? read.refused : String(read.value)
}
