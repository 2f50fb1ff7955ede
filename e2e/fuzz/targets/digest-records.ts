import assert from 'node:assert/strict'
import { applyRecords, assertSorted, changesOf, diffRecords } from '../../../core/src/network/sidecars/records.ts'
import { ID_BYTES, RECORD_BYTES } from '../../../core/src/sidecars/index.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'digests of the sidecars of other devices: sorted records, and what has changed of them',
  guides: ['core/src/network/sidecars/records.ts'],
  maxBytes: 1_500,
  seeds: () => [
    Buffer.concat([Buffer.of(2), records(1, 3), records(2, 3, 4)]),
    Buffer.concat([Buffer.of(0), records(9)]),
  ],
  async run(bytes) {
    const [count = 0] = bytes
    const all = Buffer.from(bytes.subarray(1))
    const [before, after] = [all.subarray(0, count * RECORD_BYTES), all.subarray(count * RECORD_BYTES)]
    const read = await readOrRefuse(() => [before, after].forEach((each) => assertSorted(each, RECORD_BYTES)), {
      codes: ['InvalidInput'],
    })
    if ('refused' in read) return read.refused
    const change = diffRecords(before, after)
    assert.ok(applyRecords(before, change).equals(after), 'a change does not lead from one digest to the next')
    assertSorted(change.put, RECORD_BYTES)
    assertSorted(change.gone, ID_BYTES)
    const { gone, put } = changesOf(before, change)
    assert.ok(applyRecords(before, { gone, put }).equals(after), 'what makes a difference leads elsewhere')
    return `${before.length > 0} ${change.put.length > 0} ${change.gone.length > 0}`
  },
}

function records(...ids: readonly number[]): Buffer {
  return Buffer.concat(ids.map((id) => Buffer.alloc(RECORD_BYTES, id)))
}
