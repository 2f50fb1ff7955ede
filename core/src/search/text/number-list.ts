/**
 * Reads whole numbers that are separated by one other byte, as `group_concat` writes them. Returning them as rows
 * would take ten times as long.
 */
export function readNumbers(list: Uint8Array | null): Float64Array<ArrayBuffer> {
  if (!list || list.length === 0) return new Float64Array(0)
  // Each number has at least a digit and a separator.
  const numbers = new Float64Array((list.length + 1) >> 1)
  let count = 0
  let number = 0
  for (let i = 0; i < list.length; i++) {
    const digit = list[i]! - ZERO
    if (digit >= 0 && digit <= 9) {
      number = number * 10 + digit
    } else {
      numbers[count++] = number
      number = 0
    }
  }
  numbers[count++] = number
  return numbers.subarray(0, count)
}

const ZERO = 0x30
