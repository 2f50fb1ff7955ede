import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeTree, shapes } from '../tree.ts'

export type TreeName = keyof typeof shapes

/** Raised when the generator makes other trees from the same shapes. */
const GENERATOR = 3

/** The engine puts files off that were changed a moment ago. */
const SETTLE_MS = 2_500

/** The tree of a shape below `dir`; made where it is missing, half made, or from another generator. */
export function prepareTree(dir: string, name: TreeName, say: (line: string) => void): string {
  const root = join(dir, name)
  const stamp = `${JSON.stringify({ generator: GENERATOR, ...shapes[name] })}\n`
  const stampFile = `${root}.json`
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return root
  say(`making the tree ${root}`)
  rmSync(stampFile, { force: true })
  rmSync(root, { recursive: true, force: true })
  makeTree(root, shapes[name])
  writeFileSync(stampFile, stamp)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS)
  return root
}
