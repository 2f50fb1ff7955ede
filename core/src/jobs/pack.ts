import { Packr } from 'msgpackr'
import { CoreError, errorMessage } from '../util/errors.ts'

// Plain MessagePack. msgpackr's records could be read only with the structures of the process that wrote them.
const packr = new Packr({ useRecords: false })

/**
 * MessagePack of a job's input, state or output; `what` names it in errors. Throws `InvalidInput` for a value that
 * cannot be stored.
 */
export function pack(value: unknown, what: string, maxBytes: number): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = packr.pack(value)
  } catch (err) {
    throw new CoreError('InvalidInput', `${what} cannot be stored: ${errorMessage(err)}`, { cause: err })
  }
  if (bytes.length > maxBytes) {
    throw new CoreError('InvalidInput', `${what} has ${bytes.length} bytes, more than the maximum of ${maxBytes}`)
  }
  return bytes
}

export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes)
}
