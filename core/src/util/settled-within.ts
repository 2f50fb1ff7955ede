/** Whether all of `promises` settle within `ms` milliseconds. */
export async function settledWithin(ms: number, promises: readonly Promise<unknown>[]): Promise<boolean> {
  const timeout = Promise.withResolvers<false>()
  const timer = setTimeout(() => timeout.resolve(false), ms)
  try {
    return await Promise.race([Promise.allSettled(promises).then(() => true), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
