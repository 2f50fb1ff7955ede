import { CoreError } from '../../util/errors.ts'
import { ID_BYTES, RECORD_BYTES } from '../../sidecars/index.ts'

const NOTHING = Buffer.alloc(0)

/** Compares two ids inside larger buffers: -1, 0 or 1. */
export function compareIds(a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  for (let i = 0; i < ID_BYTES; i += 4) {
    const [x, y] = [a.readUInt32BE(aAt + i), b.readUInt32BE(bAt + i)]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

/** Throws `InvalidInput` unless the items of this length are sorted by id, without repetitions. */
export function assertSorted(bytes: Buffer, step: number): void {
  if (bytes.length % step !== 0) throw new CoreError('InvalidInput', 'the other device sent a digest that is cut off')
  for (let at = step; at < bytes.length; at += step) {
    if (compareIds(bytes, at - step, bytes, at) >= 0)
      throw new CoreError('InvalidInput', 'the other device sent an unsorted digest')
  }
}

/** Finds the record of an id in sorted records; null if there is none. */
export function findRecord(records: Buffer, id: Buffer): Buffer | null {
  const at = placeOf(records, { id, at: 0, from: 0 })
  return at < records.length && compareIds(records, at, id, 0) === 0 ? records.subarray(at, at + RECORD_BYTES) : null
}

/**
 * The index of an id in sorted records, or the index where it would be inserted. The search begins at `from`, and is
 * fastest for near positions.
 */
function placeOf(records: Buffer, { at, from, id }: { id: Buffer; at: number; from: number }): number {
  const isBefore = (record: number) => compareIds(records, record * RECORD_BYTES, id, at) < 0
  const count = records.length / RECORD_BYTES
  let low = from / RECORD_BYTES
  let step = 1
  while (low + step <= count && isBefore(low + step - 1)) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step - 1, count)
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low * RECORD_BYTES
}

/** The changes from one sorted list of records to the next: the new records, and the ids of the removed ones. */
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

/** Leaves out those changes that would not change a sorted list of records. */
export function changesOf(before: Buffer, { gone, put }: { put: Buffer; gone: Buffer }): { put: Buffer; gone: Buffer } {
  const isOther = (record: Buffer) => findRecord(before, record)?.equals(record) !== true
  const isThere = (id: Buffer) => findRecord(before, id) !== null
  return {
    put: Buffer.concat(inSteps(put, RECORD_BYTES).filter(isOther)),
    gone: Buffer.concat(inSteps(gone, ID_BYTES).filter(isThere)),
  }
}

function inSteps(bytes: Buffer, step: number): Buffer[] {
  return Array.from({ length: bytes.length / step }, (_, i) => bytes.subarray(i * step, (i + 1) * step))
}

/** Applies sorted changes to a sorted list: `put` adds or replaces records, `gone` removes ids. */
export function applyRecords(before: Buffer, { gone, put }: { put: Buffer; gone: Buffer }): Buffer {
  if (before.length === 0) return put
  const pieces: Buffer[] = []
  let [from, j, k] = [0, 0, 0]
  while (j < put.length || k < gone.length) {
    const order = j >= put.length ? 1 : k >= gone.length ? -1 : compareIds(put, j, gone, k)
    const [id, at] = order <= 0 ? [put, j] : [gone, k]
    const place = placeOf(before, { id, at, from })
    // Unchanged records between two changes are kept as one piece.
    pieces.push(before.subarray(from, place))
    const isThere = place < before.length && compareIds(before, place, id, at) === 0
    from = isThere ? place + RECORD_BYTES : place
    if (order <= 0) {
      pieces.push(put.subarray(j, j + RECORD_BYTES))
      j += RECORD_BYTES
    }
    if (order >= 0) k += ID_BYTES
  }
  pieces.push(before.subarray(from))
  return Buffer.concat(pieces)
}
