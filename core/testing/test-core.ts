import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Core, type CoreOptions } from '../src/core.ts'
import type { AddInput } from '../src/location/index.ts'
import type { Library } from '../src/library/index.ts'
import type { Job } from '../src/domain/index.ts'
import { createTempDir } from './temp-dir.ts'
import { createTestMachine } from './test-machine.ts'

/** One device in this process: an engine with a library, and a folder of files to index. */
export interface TestCore extends AsyncDisposable {
  readonly core: Core
  readonly library: Library
  readonly dataDir: string
  /** The folder of files. */
  readonly root: string
  readonly warnings: string[]
  /** Writes a file below the root; returns its path. */
  write(path: string, content?: string | Uint8Array): string
  append(path: string, content: string): void
  move(from: string, to: string): void
  remove(path: string): void
  path(path: string): string
  /** Adds the root, or a folder below it, as a shallow location (no waiting for files to settle) and waits for the scan. */
  add(options?: Partial<AddInput>): Promise<{ locationId: string; job: Job }>
  /** Waits until everything queued is done. */
  settle(): Promise<void>
  /** Closes the engine and opens it again on the same data. */
  restart(): Promise<void>
  /** The names the library finds. */
  found(query: string): Promise<string[]>
  /** How the index differs from the disk below the root. */
  differences(): Promise<unknown[]>
}

export async function createTestCore(options: Partial<CoreOptions> = {}): Promise<TestCore> {
  const temp = createTempDir('core')
  const dataDir = join(temp.path, 'data')
  const root = join(temp.path, 'files')
  mkdirSync(root)
  const warnings: string[] = []
  const record = (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: () => {}, info: () => {}, warn: record, error: record }
  // How busy this machine is, or how full its disk, is no matter of a test.
  const machine = createTestMachine()
  // Nothing is derived from files, unless a test is about that: it takes more time than all else.
  const open = () => Core.open({ dataDir, log, generators: [], machine, ...options })
  let core = await open()
  await core.libraries.create({ name: 'Test' })
  const { signal } = new AbortController()
  const test: TestCore = {
    get core() {
      return core
    },
    get library() {
      return core.libraries.resolve()
    },
    dataDir,
    root,
    warnings,
    path: (path) => join(root, path),
    write(path, content = path) {
      const target = join(root, path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content)
      return target
    },
    append: (path, content) => appendFileSync(join(root, path), content),
    move(from, to) {
      mkdirSync(dirname(join(root, to)), { recursive: true })
      renameSync(join(root, from), join(root, to))
    },
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    async add(input = {}) {
      const { location, job } = await test.library.locations.add({ path: root, mode: 'shallow', ...input })
      return { locationId: location.id, job: await test.library.jobs.wait(job.id, signal) }
    },
    settle: () => test.library.jobs.idle(),
    async restart() {
      await core.close()
      core = await open()
    },
    async found(query) {
      const result = await test.library.search.search({
        query,
        type: [],
        ext: [],
        location: [],
        content: false,
        semantic: false,
        sort: 'name',
        limit: 100,
      })
      return result.items.map((item) => item.path.slice(root.length + 1))
    },
    async differences() {
      const report = await test.library.indexing.verify({ path: root, content: true, fix: false }, signal)
      return report.differences
    },
    async [Symbol.asyncDispose]() {
      await core.close()
      temp[Symbol.dispose]()
    },
  }
  return test
}
