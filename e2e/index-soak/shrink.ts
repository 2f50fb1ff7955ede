import type { Scenario } from './scenario.ts'

export interface ShrinkOptions {
  /** Whether a scenario still fails in the same way. */
  readonly fails: (scenario: Scenario) => Promise<boolean>
  readonly isOver: () => boolean
}

/** Leaves out more and more of a scenario, by halves at first, as long as the rest fails in the same way. */
export async function shrink(scenario: Scenario, options: ShrinkOptions): Promise<Scenario> {
  const items = await shrinkList(scenario.items, {
    ...options,
    fails: (rest) => options.fails({ ...scenario, items: rest }),
  })
  const setup = await shrinkList(scenario.setup, { ...options, fails: (rest) => options.fails({ setup: rest, items }) })
  return { setup, items }
}

interface ListOptions<T> {
  readonly fails: (list: readonly T[]) => Promise<boolean>
  readonly isOver: () => boolean
}

async function shrinkList<T>(list: readonly T[], { fails, isOver }: ListOptions<T>): Promise<readonly T[]> {
  let kept = list
  for (let size = Math.ceil(kept.length / 2); size >= 1 && !isOver(); size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length && !isOver();) {
      const rest = kept.toSpliced(at, size)
      if (await fails(rest)) kept = rest
      else at += size
    }
  }
  return kept
}
