import { CoreError } from '../../util/errors.ts'

/** The header of a file of vectors. */
export interface VectorHeader {
  /** Numbers in each vector. */
  readonly dimensions: number
  readonly count: number
  /** The number of vectors of names, which come last. */
  readonly names: number
}

/** The header: `SDv1`, dimensions, count and names, four bytes each. The vectors follow, float32, little endian. */
export const HEADER_BYTES = 16
const MAGIC = 0x31_76_44_53

/** Models have a few hundred to a few thousand dimensions. */
export const MAX_DIMENSIONS = 8_192
/** Limit on vectors for one content. */
export const MAX_VECTORS = 1_024

export function formatVectors(vectors: readonly Float32Array[], names: number): Uint8Array {
  const dimensions = vectors[0]?.length ?? 0
  const bytes = new Uint8Array(HEADER_BYTES + vectors.length * dimensions * 4)
  const view = new DataView(bytes.buffer)
  for (const [i, number] of [MAGIC, dimensions, vectors.length, names].entries()) view.setUint32(i * 4, number, true)
  // Typed arrays are little endian on all supported processors.
  const numbers = new Float32Array(bytes.buffer, HEADER_BYTES)
  for (const [i, vector] of vectors.entries()) numbers.set(vector, i * dimensions)
  return bytes
}

/** Reads the first bytes of a file; null if it is not a file of vectors. */
export function readVectorHeader(bytes: Uint8Array): VectorHeader | null {
  if (bytes.length < HEADER_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const [magic, dimensions, count, names] = [0, 4, 8, 12].map((at) => view.getUint32(at, true))
  if (magic !== MAGIC || dimensions! > MAX_DIMENSIONS || count! > MAX_VECTORS || names! > count!) return null
  return { dimensions: dimensions!, count: count!, names: names! }
}

/** Reads the vectors of a whole file. Throws `Corrupt`. */
export function parseVectors(file: Uint8Array): { header: VectorHeader; vectors: Float32Array[] } {
  const header = readVectorHeader(file)
  if (!header || file.length !== HEADER_BYTES + header.count * header.dimensions * 4)
    throw new CoreError('Corrupt', 'it is not a vector file')
  const numbers = new Float32Array(new Uint8Array(file.subarray(HEADER_BYTES)).buffer)
  const vectors = Array.from({ length: header.count }, (_, i) =>
    numbers.subarray(i * header.dimensions, (i + 1) * header.dimensions),
  )
  return { header, vectors }
}
