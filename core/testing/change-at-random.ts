import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes, changes, renames and deletes files and folders; the same seed does the same on the same tree. */
export function changeAtRandom(root: string, changes: number, seed: number): void {
  let state = seed >>> 0
  const pick = (n: number) => {
    // A linear congruential generator, constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const path = () => join(root, ...Array.from({ length: 1 + pick(3) }, () => `n${pick(4)}`))
  const actions = [
    () => mkdirSync(path(), { recursive: true }),
    () => writeFileSync(path(), `${pick(1_000)}`),
    () => writeFileSync(path(), `${pick(1_000)}`),
    () => renameSync(path(), path()),
    () => renameSync(path(), path()),
    () => rmSync(path(), { recursive: pick(2) === 0 }),
  ]
  for (let i = 0; i < changes; i++) {
    try {
      actions[pick(actions.length)]!()
    } catch {
      // A folder in the place of a file, or nothing there: chance has it so.
    }
  }
}
