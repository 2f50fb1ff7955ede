/** A disk whose calls are counted, and one of which fails or never returns. */
export interface TroubledDisk<Disk extends object> {
  readonly disk: Disk
  /** The names of the calls so far. */
  readonly calls: readonly string[]
  /** Resolves when the call that is to stop was reached. */
  readonly stopped: Promise<void>
}

export interface Trouble {
  /** The call that goes wrong, counted from 1; none by default. */
  readonly at?: number
  /**
   * `fail`: it does nothing and throws. `fail-after`: it is done, and throws, as on a network disk that loses the
   * answer. `stop`: it does nothing and never returns, as if the process were killed. Only for calls that are awaited.
   */
  readonly how?: 'fail' | 'fail-after' | 'stop'
  /** Whether the calls of the disk return values rather than promises. */
  readonly isSync?: boolean
}

/** A disk that does what `real` does, except for one call. */
export function createTroubledDisk<Disk extends object>(
  real: Disk,
  { at, how = 'fail', isSync = false }: Trouble = {},
): TroubledDisk<Disk> {
  const calls: string[] = []
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  const disk = new Proxy(real, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name)
      if (typeof call !== 'function') return call
      return (...args: unknown[]): unknown => {
        calls.push(String(name))
        const begin = (): unknown => Reflect.apply(call, target, args)
        if (calls.length !== at) return begin()
        if (how === 'stop') {
          stop()
          return new Promise(() => {})
        }
        const done = how === 'fail-after' ? begin() : undefined
        const trouble = Object.assign(new Error(`EIO: ${String(name)}`), { code: 'EIO' })
        if (isSync) throw trouble
        return Promise.resolve(done).then(() => Promise.reject(trouble))
      }
    },
  })
  return { disk, calls, stopped }
}
