const NS_PER_MS = 1_000_000n

/** Whole milliseconds, rounded down also before 1970, and the remaining nanoseconds. */
export function splitNanoseconds(ns: bigint): [ms: number, ns: number] {
  let ms = ns / NS_PER_MS
  let rest = ns - ms * NS_PER_MS
  if (rest < 0n) {
    ms -= 1n
    rest += NS_PER_MS
  }
  return [Number(ms), Number(rest)]
}
