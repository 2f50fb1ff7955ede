import { MAX_VECTORS } from '../../sidecars/formats/vector-file.ts'

/**
 * The code of the number 1. No number in a vector of length 1 is larger. The rounding error is smaller than the digits
 * that are displayed.
 */
const ONE = 32_767

/** Converts a vector of length 1 to a code with two bytes for each number. */
export function toCode(vector: Float32Array): Uint8Array {
  const code = Int16Array.from(vector, (number) => Math.round(Math.max(-1, Math.min(1, number)) * ONE))
  return new Uint8Array(code.buffer)
}

/** The cosine of the angle between a vector and the vector of a code. */
export function similarityOf(vector: Float32Array, code: Int16Array): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * code[i]!
  return sum / ONE
}

/** The row id of a code. Triggers of the database contain the number of ids for the vectors of one file as 1,024. */
export function codeId(vectorsId: number, chunk: number): number {
  return vectorsId * MAX_VECTORS + chunk
}
