import { randomUUID } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineJob, FileType } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { removeTree } from '../../util/remove-tree.ts'
import { parseTextSidecar } from '../formats/text-sidecar.ts'
import { parseTranscript } from '../formats/transcript-sidecar.ts'
import { deadlineOf, type Engine, type Generator } from '../generators/index.ts'
import type { SidecarPools } from '../processes/sidecar-pools.ts'
import { sampleDocument, sampleFilm, samplePicture, sampleSound } from './samples.ts'

interface Sample {
  readonly kind: Generator['kind']
  readonly name: string
  readonly type: FileType
  readonly mime: string
  bytes(): Uint8Array
}

/** The sample file for each task. */
export const samples: Readonly<Record<Exclude<EngineJob, 'embeddings'>, Sample>> = {
  thumbnails: { kind: 'thumb', name: 'sample.png', type: 'image', mime: 'image/png', bytes: samplePicture },
  text: { kind: 'text', name: 'sample.pdf', type: 'document', mime: 'application/pdf', bytes: sampleDocument },
  ocr: { kind: 'ocr', name: 'sample.png', type: 'image', mime: 'image/png', bytes: samplePicture },
  video: { kind: 'thumbstrip', name: 'sample.webm', type: 'video', mime: 'video/webm', bytes: sampleFilm },
  transcripts: { kind: 'transcript', name: 'sample.wav', type: 'audio', mime: 'audio/wav', bytes: sampleSound },
}

export interface Tried {
  readonly engine: Engine
  /** The result, in a few words. */
  readonly said: string
}

export interface TryDeps {
  readonly pools: SidecarPools
  /** A folder for temporary files. */
  readonly temporary: string
}

/**
 * Makes the sidecar of a sample, in the same process and with the same limits as that of a user's file. Throws the
 * generator's errors, and `Unavailable` if the generator cannot work now.
 */
export async function tryEngine(
  generator: Generator,
  sample: Sample,
  { pools, temporary }: TryDeps,
  signal: AbortSignal,
): Promise<Tried> {
  const why = (await generator.unavailable?.()) ?? null
  if (why !== null) throw new CoreError('Unavailable', why)
  const folder = join(temporary, `sample-${randomUUID()}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, sample.name)
    await writeFile(path, sample.bytes())
    const stats = await stat(path)
    const { mime, type } = sample
    const content = { type, mime, size: stats.size }
    const outputs = generator.outputs.map(({ format, variant }) => {
      const file = join(folder, `${variant}.${format}`)
      return { variant, format, draft: `${file}.draft`, path: file }
    })
    const request = {
      module: generator.module.href,
      source: { path, size: stats.size, modifiedMs: Math.floor(stats.mtimeMs) },
      names: [sample.name],
      inputs: [],
      settings: generator.settings ?? null,
      content,
      outputs,
      library: folder,
      work: join(folder, 'work'),
      part: join(folder, 'part'),
    }
    const options = { signal, deadlineMs: deadlineOf(generator, content), urgent: true }
    const { engine } = await pools.run(generator.pool(content), request, options)
    return { engine, said: await whatCameOut(generator.kind, outputs[0]!.path) }
  } finally {
    await removeTree(folder)
  }
}

/** Limit on the length of the result; samples give a few words. */
const MAX_SAID = 200

async function whatCameOut(kind: Generator['kind'], path: string): Promise<string> {
  if (kind === 'thumb' || kind === 'thumbstrip') return `a picture of ${(await stat(path)).size} bytes`
  const json = await readFile(path, 'utf8')
  const parts =
    kind === 'transcript'
      ? parseTranscript(json)?.segments.map(({ text }) => text)
      : parseTextSidecar(json)?.pages.map(({ text }) => text)
  const text = (parts ?? []).join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SAID)
  return text === '' ? 'no words' : `“${text}”`
}
