import { stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import type { FileType } from '../../core/src/domain/index.ts'
import { deadlineOf } from '../../core/src/sidecars/generators/index.ts'
import { thumbnails } from '../../core/src/sidecars/generators/thumb/index.ts'
import type { SidecarPools } from '../../core/src/sidecars/index.ts'

export interface Pictured {
  readonly path: string
  readonly type: FileType
  readonly mime: string
}

/** Makes the thumbnails of one file as the system does, without the system: no rows, no jobs, no checksums. */
export async function makeInProcess(pools: SidecarPools, { path, type, mime }: Pictured, out: string): Promise<void> {
  const { size, mtimeMs } = await stat(path)
  const outputs = thumbnails.outputs.map((output) => ({
    ...output,
    draft: `${out}-${output.variant}.draft`,
    path: `${out}-${output.variant}.webp`,
  }))
  const source = { path, size, modifiedMs: Math.floor(mtimeMs) }
  const content = { type, mime, size, extension: extname(path).slice(1).toLowerCase() }
  const about = { names: [], inputs: [], settings: null, part: '', library: '/', work: dirname(out) }
  const request = { ...about, module: thumbnails.module.href, source, content, outputs }
  await pools.run(thumbnails.pool(content), request, {
    signal: new AbortController().signal,
    deadlineMs: deadlineOf(thumbnails, content),
  })
}
