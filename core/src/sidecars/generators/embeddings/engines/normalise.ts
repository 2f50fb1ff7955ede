import { CoreError } from '../../../../util/errors.ts'
import { MAX_DIMENSIONS } from '../../../formats/vector-file.ts'

/** Scales a vector to length 1. Throws `Corrupt` if it is invalid. */
export function normalise(numbers: readonly number[] | Float32Array): Float32Array {
  if (numbers.length === 0 || numbers.length > MAX_DIMENSIONS)
    throw new CoreError('Corrupt', `the model gave a vector of ${numbers.length} numbers`)
  let squares = 0
  for (const number of numbers) squares += number * number
  // Detects NaN and infinity.
  if (!Number.isFinite(squares))
    throw new CoreError('Corrupt', 'the model gave a vector with a value that is not a number')
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares)
  return Float32Array.from(numbers, (number) => number * scale)
}

/** Checks that there are `count` vectors of equal length. Throws `Corrupt`. */
export function checked(vectors: Float32Array[], count: number): Float32Array[] {
  if (vectors.length !== count)
    throw new CoreError('Corrupt', `the model gave ${vectors.length} vectors for ${count} texts`)
  if (vectors.some(({ length }) => length !== vectors[0]!.length))
    throw new CoreError('Corrupt', 'the model gave vectors of different lengths')
  return vectors
}
