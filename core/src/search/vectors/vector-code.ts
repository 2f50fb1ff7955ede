import { MAX_VECTORS } from '../../sidecars/vector-file.ts'

/** What 1 becomes: no number of a vector of length 1 is larger, and what is lost shows in no place that is shown. */
const ONE = 32_767

/** A vector of length 1 in two bytes a number. */
export function toCode(vector: Float32Array): Uint8Array {
  const code = Int16Array.from(vector, (number) => Math.round(Math.max(-1, Math.min(1, number)) * ONE))
  return new Uint8Array(code.buffer)
}

/** Cosine of the angle between a vector and one that was made a code. */
export function similarityOf(vector: Float32Array, code: Int16Array): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * code[i]!
  return sum / ONE
}

/** The row of a code; triggers of the database have the room for the vectors of one file as 1,024. */
export function codeId(vectorsId: number, chunk: number): number {
  return vectorsId * MAX_VECTORS + chunk
}
