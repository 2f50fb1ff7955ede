import { type FileHandle, lstat, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { loadBlake3 } from '../util/blake3.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { makeFolderBelow } from '../util/make-folder-below.ts'
import { fsPath, type RawName } from '../util/file-name.ts'
import { splitNanoseconds } from '../util/file-time.ts'
import { pathError } from '../util/path-error.ts'
import { serveProcess } from '../workers/serve-process.ts'
import type { ContentFacts, Made, Make, Output, SidecarInput } from './generators/generator.ts'

/** A file as the index knows it: one that is not like this any more holds another content. */
export interface Source {
  readonly path: RawName
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970, rounded down. */
  readonly modifiedMs: number
}

/** A request to a process: all outputs of one content. Each is written to its draft and then renamed to its path. */
export interface ChildRequest {
  /** Address of the generator's module. */
  readonly module: string
  /** Null for a generator that reads other sidecars instead. */
  readonly source: Source | null
  readonly content: ContentFacts
  readonly names: readonly string[]
  readonly inputs: readonly SidecarInput[]
  readonly settings: unknown
  readonly outputs: readonly (Output & { readonly draft: string; readonly path: string })[]
  /** The library's folder. It must exist. */
  readonly library: string
  /** See `MakeRequest`. */
  readonly part: string
}

/** The reply of a process about its outputs. */
export interface MakeReply extends Made {
  readonly outputs: readonly (Output & { readonly size: number; readonly checksum: Uint8Array })[]
}

/** Files of more bytes are hashed in parts of so many. */
const PART_BYTES = 2 ** 20

const blake3 = await loadBlake3()

// Every pool runs this; which generator's code is loaded, the request says. Files are touched here alone: a file system
// that never answers holds up this process, which can be ended.
serveProcess<ChildRequest, MakeReply>(async ({ library, module, source, outputs, ...about }) => {
  const make = await load(module)
  const before = source && (await look(source))
  for (const folder of new Set(outputs.flatMap(({ draft, path }) => [dirname(draft), dirname(path)])))
    await makeFolderBelow(library, folder)
  const drafts = outputs.map(({ variant, format, draft }) => ({ variant, format, path: draft }))
  let made: Made
  try {
    made = await make({ ...about, source: source?.path ?? '', outputs: drafts })
  } catch (err) {
    // If the file changed while it was read, the result says nothing about the content.
    if (source) await assertUnchanged(source, before)
    throw err
  }
  const sums = await Promise.all(outputs.map(({ draft }) => seal(draft)))
  if (source) await assertUnchanged(source, before)
  for (const { draft, path } of outputs) await rename(draft, path)
  return { ...made, outputs: outputs.map(({ variant, format }, i) => ({ variant, format, ...sums[i]! })) }
})

async function load(module: string): Promise<Make> {
  try {
    return ((await import(module)) as { make: Make }).make
  } catch (err) {
    throw new CoreError('Internal', `what makes it cannot be loaded: ${errorMessage(err)}`)
  }
}

/** Returns a text that changes when the file is written to. Throws `Conflict` if the file is not the indexed one. */
async function look(source: Source): Promise<string> {
  const stats = await lstat(fsPath(source.path), { bigint: true }).catch((err: unknown) => {
    throw new CoreError('Conflict', 'the file is gone', { cause: err })
  })
  const isKnown =
    stats.isFile() && Number(stats.size) === source.size && splitNanoseconds(stats.mtimeNs)[0] === source.modifiedMs
  if (!isKnown) throw new CoreError('Conflict', 'the file has changed')
  // Check here whether the file may be read: decoders report that in many ways, most of them wrong.
  await using _ = await open(fsPath(source.path), 'r').catch((err: unknown) => {
    throw pathError(err, 'the file')
  })
  return `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}

async function assertUnchanged(source: Source, before: string | null): Promise<void> {
  if ((await look(source)) !== before) throw new CoreError('Conflict', 'the file was changed while it was read')
}

/** Makes a written file durable, and returns its size and checksum. */
async function seal(path: string): Promise<{ size: number; checksum: Uint8Array }> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  const hash = async () => (size > PART_BYTES ? hashInParts(file) : blake3.hash(await readFile(file)))
  const [checksum] = await Promise.all([hash(), file.sync()])
  return { size, checksum: Uint8Array.from(checksum) }
}

/** A copy of a long film has more bytes than memory should hold, and than can be read at once. */
async function hashInParts(file: FileHandle): Promise<Uint8Array> {
  // Other files are hashed at the same time, so this hasher is separate.
  const own = await loadBlake3()
  const part = Buffer.allocUnsafe(PART_BYTES)
  own.start()
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(part, 0, PART_BYTES, at)
    if (bytesRead === 0) return own.finish()
    own.update(part.subarray(0, bytesRead))
    at += bytesRead
  }
}
