/** Splits items into those that pass a test and the others. Both lists keep the order. */
export function partition<T>(items: readonly T[], test: (item: T) => boolean): [passed: T[], failed: T[]] {
  const [passed, failed]: [T[], T[]] = [[], []]
  for (const item of items) (test(item) ? passed : failed).push(item)
  return [passed, failed]
}
