import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Core } from '@spacedrive/core'
import { startPretendServer } from '../core/src/sidecars/generators/transcript/test/pretend-server.ts'
import { startEmbeddingServer } from '../core/testing/embedding-server.ts'
import { canMakeFilms, makeFilm } from '../core/testing/media/films.ts'

/** What every kind of sidecar can be made with: servers of this machine for those that need one. */
export interface EveryKind extends AsyncDisposable {
  /** Has the engine make every kind of whatever it finds. */
  turnOn(core: Core): Promise<void>
}

export async function serveEveryKind(): Promise<EveryKind> {
  const parts = new AsyncDisposableStack()
  const embeddings = parts.use(await startEmbeddingServer())
  const speech = parts.use(await startPretendServer())
  return {
    async turnOn({ config }) {
      await config.set('embeddings.url', embeddings.url)
      await config.set('embeddings.model', 'pretend')
      await config.set('transcript.url', speech.url)
      await config.set('ocr.languages', 'eng')
      await config.set('sidecars.thumbstrip', 'on')
      await config.set('sidecars.proxy', 'on')
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** A film of each kind of codec; none where the embedded engine has no build for this platform. */
export async function sampleFilms(folder: string): Promise<{ extension: string; bytes: Buffer }[]> {
  const films: { extension: string; bytes: Buffer }[] = []
  for (const codec of canMakeFilms() ? (['avc', 'vp8', 'vp9'] as const) : []) {
    const path = join(folder, codec)
    await makeFilm(path, { codec, width: 160, height: 90, seconds: 1, toneFrom: 0 })
    films.push({ extension: codec === 'avc' ? '.mp4' : '.webm', bytes: readFileSync(path) })
  }
  return films
}
