import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SidecarKind } from '../src/domain/index.ts'
import { canMakeFilms, makeFilm } from '../testing/media/films.ts'
import { draftsOf } from '../testing/drafts.ts'
import { isAlive, pidsIn } from '../testing/processes.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

afterEach(() => void vi.unstubAllEnvs())

const { signal } = new AbortController()

async function states(t: TestCore, path: string, ...kinds: SidecarKind[]) {
  const items = await t.library.sidecars.views.list(await t.library.files.contentOf(path, signal))
  return Object.fromEntries(
    items
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, variant, state, error }) => [`${kind} ${variant}`, error ? error.code : state]),
  )
}

/** A program on PATH that is called `ffmpeg`, and says it is one. */
function fakeFfmpeg(t: TestCore, onCopy: string): { pids(): number[] } {
  const folder = join(t.dataDir, '..', 'programs')
  mkdirSync(folder)
  // A process that decodes may write only where its results are.
  const work = join(t.library.path, 'sidecars', 'work')
  const script = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const copy = `for last; do :; done; into="\${last#file:}"; echo half > "$into"; begun="\${into%/*}/begun"; echo $$ >> "$begun"; ${onCopy}`
  script(
    'ffmpeg',
    `case "$*" in *-encoders*) echo ' V libx264 H.264';; *-version*) echo 'ffmpeg version 9.9';; *) ${copy};; esac`,
  )
  script('ffprobe', `echo '{"streams":[{"codec_type":"video"}],"format":{"duration":"1"}}'`)
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`)
  const logs = () => (existsSync(work) ? readdirSync(work) : []).map((name) => join(work, name, 'begun'))
  return { pids: () => logs().flatMap(pidsIn) }
}

describe.skipIf(!canMakeFilms())('films (there is no embedded engine for this platform)', () => {
  test('a film has thumbnails; a proxy and a thumbstrip only on request', async () => {
    await using t = await createTestCore({ generators: undefined })
    const film = t.path('film.mp4')
    await makeFilm(film, { toneFrom: 0 })
    await t.add({ mode: 'content' })
    await t.settle()
    const thumbs = { 'thumb grid@2x': 'ready', 'thumb grid@3x': 'ready', 'thumb detail@1x': 'ready' }
    const kinds = ['thumb', 'proxy', 'thumbstrip'] as const
    expect(await states(t, film, ...kinds)).toEqual(thumbs)
    const contentId = await t.library.files.contentOf(film, signal)
    expect(await t.library.sidecars.requests.path(contentId, 'proxy', 'scrub')).toBeNull()
    expect(await t.library.sidecars.requests.path(contentId, 'thumbstrip', 'preview')).toBeNull()
    await t.settle()
    expect(await states(t, film, ...kinds)).toEqual({
      ...thumbs,
      'proxy scrub': 'ready',
      'thumbstrip preview': 'ready',
    })
    expect(await t.library.sidecars.requests.path(contentId, 'proxy', 'scrub')).toMatch(/proxies\/scrub\.mp4$/)
    expect(await t.library.sidecars.requests.path(contentId, 'thumbstrip', 'preview')).toMatch(
      /thumbstrips\/preview\.webp$/,
    )
    expect(await t.library.sidecars.upkeep.verify(signal)).toMatchObject({ problems: [] })
  })

  test('thumbnails are made before thumbstrips, and those before proxies, in one run and of all files', async () => {
    await using t = await createTestCore({ generators: undefined })
    for (const name of ['a', 'b']) await makeFilm(t.path(`${name}.mp4`), { toneFrom: name === 'a' ? 0 : 1 })
    t.write(
      'z.jpg',
      await sharp({ create: { width: 64, height: 64, channels: 3, background: '#2040c0' } })
        .jpeg()
        .toBuffer(),
    )
    for (const kind of ['ocr', 'text', 'transcript', 'embeddings']) await t.core.config.set(`sidecars.${kind}`, 'off')
    const phases: string[] = []
    using _ = t.core.events.subscribe((event) => {
      if (event.type !== 'job.progressed' || event.data.name !== 'sidecars.generate') return
      const { phase } = event.data.progress
      if (phases.at(-1) !== phase) phases.push(phase)
    })
    await t.add({ mode: 'content', policy: { proxy: 'scrub+ultra', thumbstrip: 'on' } })
    await t.settle()
    const order = phases.filter((phase) => ['thumb', 'thumbstrip', 'proxy'].includes(phase))
    expect(order).toEqual(['thumb', 'thumbstrip', 'proxy'])
    for (const name of ['a', 'b'])
      expect(await states(t, t.path(`${name}.mp4`), 'proxy', 'thumbstrip')).toEqual({
        'proxy scrub': 'ready',
        'proxy ultra': 'ready',
        'thumbstrip default': 'ready',
      })
  })
})

describe.skipIf(process.platform !== 'linux')(
  'a film that takes long (processes are looked at as Linux has them)',
  () => {
    test('a job that is cancelled ends ffmpeg, and leaves nothing', async () => {
      await using t = await createTestCore({ generators: undefined })
      // It hears nothing of what it is told, and has started another.
      const { pids } = fakeFfmpeg(t, `trap '' TERM INT; (while :; do :; done) & echo $! >> "$begun"; wait`)
      const film = t.write('film.mkv', Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(4_096)]))
      await t.add({ mode: 'content', watch: false, policy: { thumb: 'off', transcript: 'off', proxy: 'quick' } })
      await vi.waitFor(() => expect(pids()).toHaveLength(2))
      const begun = pids()
      const job = t.library.jobs.list({ status: 'running' }).find(({ name }) => name === 'sidecars.generate')!
      await t.library.jobs.cancel(job.id)
      await vi.waitFor(() => expect(begun.filter(isAlive)).toEqual([]))
      await t.library.jobs.wait(job.id)
      expect(await states(t, film, 'proxy')).toEqual({ 'proxy quick': 'pending' })
      await vi.waitFor(() => expect(draftsOf(t.library)).toEqual([]))
    })

    test('one that ffmpeg dies of is one failed proxy, and leaves nothing', async () => {
      await using t = await createTestCore({ generators: undefined })
      fakeFfmpeg(t, `echo 'moov atom not found' >&2; exit 1`)
      const film = t.write('film.mkv', Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.alloc(4_096)]))
      await t.add({ mode: 'content', policy: { thumb: 'off', transcript: 'off', proxy: 'quick' } })
      await t.settle()
      expect(await states(t, film, 'proxy')).toEqual({ 'proxy quick': 'Corrupt' })
      expect(draftsOf(t.library)).toEqual([])
    })
  },
)
