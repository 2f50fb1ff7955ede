import assert from 'node:assert/strict'
import { formatAddress, parseAddress } from '../../../core/src/domain/address.ts'
import { parseSidecarAddress } from '../../../core/src/sidecars/files/address.ts'
import { extensionOf, nameBytes, parsePath } from '../../../core/src/util/file-name.ts'
import { textOf } from '../pieces.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const uuid = '01900000-0000-7000-8000-000000000001'

export const target: FuzzTarget = {
  reads: 'addresses and paths: local://, content://, sidecar://, base64:',
  guides: ['core/src/domain/address.ts', 'core/src/sidecars/files/address.ts', 'core/src/util/file-name.ts'],
  maxBytes: 300,
  tokens: ['local://', 'content://', 'sidecar://', 'base64:', 'C:/', '//', '\0', uuid, '*', '?'],
  seeds: () =>
    [
      `content://${uuid}`,
      `sidecar://${uuid}/thumbs/grid@2x.webp`,
      'local://laptop/home/ann/a b.txt',
      'local://laptop/base64:L3RtcC//',
      'local:///C:/Users',
      '/home/ann',
    ].map((text) => Buffer.from(text)),
  async run(bytes) {
    const text = textOf(bytes)
    const extension = extensionOf(text)
    assert.ok(extension.length <= 64 && !extension.includes('/'.repeat(64)))
    assert.ok(nameBytes(parsePath(text)).length <= 4 * text.length)
    const address = parseAddress(text)
    if (address.kind === 'sidecar') {
      const read = await readOrRefuse(() => parseSidecarAddress(text), { codes: ['InvalidInput'] })
      return 'refused' in read ? 'no sidecar' : `sidecar ${read.value.kinds.length}`
    }
    if (address.kind !== 'device') return address.kind
    assert.ok(!address.path.includes('\0') && !address.device.includes('/'))
    assert.deepEqual(parseAddress(formatAddress(address.device, address.path)), address)
    return `device ${address.device === ''} ${address.path.slice(0, 1) === '/'}`
  },
}
