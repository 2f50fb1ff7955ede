import assert from 'node:assert/strict'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadBlake3 } from '../../util/blake3.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { displayName, joinName, type RawName } from '../../util/file-name.ts'
import { hashInParts, PART_BYTES } from '../files/hash-file.ts'
import { serveProcess } from '../../workers/serve-process.ts'
import type { ContentFacts, Made, Make, Output, SidecarInput } from '../generators/generator.ts'

/** A request to a process: all outputs of one content. */
export interface ChildRequest {
  /** Address of the generator's module. */
  readonly module: string
  /** Null for a generator that reads other sidecars instead. */
  readonly source: FilePlace<RawName> | null
  /** The name of the source in errors: the user's path. */
  readonly shown: string | null
  readonly content: ContentFacts
  readonly names: readonly string[]
  readonly inputs: readonly (FilePlace<string> & Omit<SidecarInput, 'path'>)[]
  readonly settings: unknown
  /** The outputs, each with the name of its file in the folder of results. */
  readonly outputs: readonly (Output & { readonly name: string })[]
  /** The name of the partial result (`MakeRequest.part`) in the folder of results. */
  readonly part: string
}

/** A file to read: a name in the folder of given files, or a path elsewhere. */
type FilePlace<Name extends RawName> = { readonly name: Name } | { readonly path: Name }

/** The reply of a process about its outputs; the daemon checks it (`make-reply.ts`). */
export interface MakeReply extends Made {
  readonly outputs: readonly (Output & { readonly size: number; readonly checksum: Uint8Array })[]
}

const blake3 = await loadBlake3()

// All pools run this. The request names the module of the generator.
serveProcess<ChildRequest, MakeReply>(async (request, _, folders) => {
  const { inputs, module, outputs, part, shown, source, ...about } = request
  assert(folders, 'a process that makes sidecars has folders')
  const { given, results } = folders
  const make = await load(module)
  const drafts = outputs.map(({ format, name, variant }) => ({ variant, format, path: join(results, name) }))
  const file = source === null ? '' : 'path' in source ? source.path : joinName(given, source.name)
  const made = await make({
    ...about,
    source: file,
    inputs: inputs.map(({ format, kind, variant, ...input }) => ({
      format,
      kind,
      variant,
      path: 'path' in input ? input.path : join(given, input.name),
    })),
    outputs: drafts,
    part: join(results, part),
  }).catch((err: unknown) => {
    throw naming(err, displayName(file), shown)
  })
  const sums = await Promise.all(drafts.map(({ path }) => seal(path)))
  return { ...made, outputs: outputs.map(({ variant, format }, i) => ({ variant, format, ...sums[i]! })) }
})

/** Makes an error name the user's file instead of its copy. */
function naming(err: unknown, path: string, shown: string | null): unknown {
  if (err instanceof Error && shown !== null) err.message = err.message.replaceAll(path, () => shown)
  return err
}

async function load(module: string): Promise<Make> {
  try {
    return ((await import(module)) as { make: Make }).make
  } catch (err) {
    throw new CoreError('Internal', `its generator cannot be loaded: ${errorMessage(err)}`)
  }
}

/** Makes a written file durable, and returns its size and checksum. */
async function seal(path: string): Promise<{ size: number; checksum: Uint8Array }> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  const hash = async () => (size > PART_BYTES ? hashInParts(file) : blake3.hash(await readFile(file)))
  const [checksum] = await Promise.all([hash(), file.sync()])
  return { size, checksum: Uint8Array.from(checksum) }
}
