import { z } from 'zod'

/**
 * An array of at most `max` elements. Its length is checked before its elements. zod's `.max()` checks all elements
 * first, and an array may have four billion.
 */
export function boundedArray<Element extends z.ZodType>(element: Element, max: number) {
  return z.custom<readonly unknown[]>((value) => Array.isArray(value) && value.length <= max).pipe(element.array())
}
