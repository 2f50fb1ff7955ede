import { CoreError } from '../../util/errors.ts'
import { ID_BYTES, RECORD_BYTES } from '../../sidecars/index.ts'

const NOTHING = Buffer.alloc(0)

/** Compares two ids that lie in larger bytes: -1, 0 or 1. */
export function compareIds(a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  const [a0, b0] = [a.readBigUInt64BE(aAt), b.readBigUInt64BE(bAt)]
  if (a0 !== b0) return a0 < b0 ? -1 : 1
  const [a1, b1] = [a.readBigUInt64BE(aAt + 8), b.readBigUInt64BE(bAt + 8)]
  return a1 === b1 ? 0 : a1 < b1 ? -1 : 1
}

/** Throws `InvalidInput` where items of this length are not in the order of their ids, each once. */
export function assertSorted(bytes: Buffer, step: number): void {
  if (bytes.length % step !== 0) throw new CoreError('InvalidInput', 'the other device sent a digest that is cut off')
  for (let at = step; at < bytes.length; at += step) {
    if (compareIds(bytes, at - step, bytes, at) >= 0)
      throw new CoreError('InvalidInput', 'the other device sent a digest that is not in order')
  }
}

/** The record of an id among sorted ones; null where there is none. */
export function findRecord(records: Buffer, id: Buffer): Buffer | null {
  let [from, to] = [0, records.length / RECORD_BYTES]
  while (from < to) {
    const middle = (from + to) >> 1
    const order = compareIds(records, middle * RECORD_BYTES, id, 0)
    if (order === 0) return records.subarray(middle * RECORD_BYTES, (middle + 1) * RECORD_BYTES)
    if (order < 0) from = middle + 1
    else to = middle
  }
  return null
}

/** What has changed from one sorted list of records to the next: the new records, and the ids of those that are gone. */
export function diffRecords(before: Buffer, after: Buffer): { put: Buffer; gone: Buffer } {
  if (before.length === 0 || before.equals(after)) return { put: before.length === 0 ? after : NOTHING, gone: NOTHING }
  const put: Buffer[] = []
  const gone: Buffer[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const order = i >= before.length ? 1 : j >= after.length ? -1 : compareIds(before, i, after, j)
    if (order < 0) gone.push(before.subarray(i, i + ID_BYTES))
    else if (order > 0 || before.compare(after, j, j + RECORD_BYTES, i, i + RECORD_BYTES) !== 0)
      put.push(after.subarray(j, j + RECORD_BYTES))
    if (order <= 0) i += RECORD_BYTES
    if (order >= 0) j += RECORD_BYTES
  }
  return { put: Buffer.concat(put), gone: Buffer.concat(gone) }
}

/** A sorted list with some put in, in place of what was there, and some taken out; both sorted. */
export function applyRecords(before: Buffer, { gone, put }: { put: Buffer; gone: Buffer }): Buffer {
  if (before.length === 0) return put
  const pieces: Buffer[] = []
  let [i, j, k, begin] = [0, 0, 0, 0]
  // What stays as it is stays in as few pieces as there are changes.
  const cut = (skip: number) => {
    pieces.push(before.subarray(begin, i))
    i += skip
    begin = i
  }
  while (i < before.length) {
    while (k < gone.length && compareIds(gone, k, before, i) < 0) k += ID_BYTES
    const order = j < put.length ? compareIds(before, i, put, j) : -1
    if (order >= 0) {
      cut(order === 0 ? RECORD_BYTES : 0)
      pieces.push(put.subarray(j, j + RECORD_BYTES))
      j += RECORD_BYTES
    } else if (k < gone.length && compareIds(gone, k, before, i) === 0) cut(RECORD_BYTES)
    else i += RECORD_BYTES
  }
  cut(0)
  pieces.push(put.subarray(j))
  return Buffer.concat(pieces)
}
