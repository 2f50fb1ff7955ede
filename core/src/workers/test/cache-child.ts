import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { serveProcess } from '../serve-process.ts'

export interface CacheReply {
  /** Whether this process has loaded the TypeScript compiler. */
  readonly compiles: boolean
  /** The folder that Node reads compiled modules from. */
  readonly folder: string | undefined
  /** The result of each attack on the cache folder: `done`, or the code of the error. */
  readonly attacks: Readonly<Record<string, string>>
}

serveProcess<'look' | 'attack', CacheReply>((request) => {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
  const folder = getCompileCacheDir()
  const compiles = moduleLoadList.some((name) => name.includes('amaro'))
  return Promise.resolve({ compiles, folder, attacks: request === 'attack' ? attack(folder!) : {} })
})

function attack(folder: string): Record<string, string> {
  const [first] = readdirSync(folder)
  const [known, fresh] = [join(folder, first!), join(folder, 'fresh')]
  const attempts: Record<string, () => unknown> = {
    'read an entry': () => readFileSync(known),
    'add an entry': () => writeFileSync(fresh, 'code'),
    'change an entry': () => writeFileSync(known, 'code'),
    'extend an entry': () => appendFileSync(known, 'code'),
    'cut an entry': () => truncateSync(known),
    'remove an entry': () => unlinkSync(known),
    'rename an entry': () => renameSync(known, fresh),
    'link to an entry': () => symlinkSync('/tmp/code', fresh),
    'add a folder': () => mkdirSync(fresh),
    'move the cache away': () => renameSync(folder, `${folder}-gone`),
    // Node writes nothing, and reports no error.
    'write as Node does': () => flushCompileCache(),
  }
  return Object.fromEntries(Object.entries(attempts).map(([name, attempt]) => [name, outcome(attempt)]))
}

function outcome(attempt: () => unknown): string {
  try {
    attempt()
    return 'done'
  } catch (err) {
    return (err as NodeJS.ErrnoException).code ?? String(err)
  }
}
