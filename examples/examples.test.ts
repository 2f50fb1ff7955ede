import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** What each example prints. */
const outputs: Readonly<Record<string, readonly unknown[]>> = {
  'library.ts': [
    'event: library.created',
    'event: library.created',
    'made "Personal" in Personal.sdlibrary, which holds database.db, jobs.db, library.json, sidecars',
    'event: library.updated',
    'renamed it to "Photos"; its folder is still Personal.sdlibrary',
    'known: Work',
    'known: Photos, the current one',
    'opening it twice: Locked',
    'opening it to read: allowed',
    'check: 0 problems; backup verified: true',
    'opened "Photos" at its new place; the same library: true',
  ],
  'jobs.ts': [
    'asked for twice, queued once: true',
    'paused in the middle: true',
    'the queue is closed; so could the process be',
    'opened again, the job is paused',
    'completed: {"words":87}',
    'files read more than once: 0',
    'left out with a warning: 1',
  ],
  'file-types.ts': [
    expect.stringMatching(/^\d{3,} types in 26 kinds$/),
    'document.pdf: PDF document (document), thumbnail and preview and metadata',
    'photo.JPG: JPEG image (image), thumbnail and preview and metadata',
    'video.mp4: MPEG-4 video (video), thumbnail and preview and metadata',
    'archive.tar.gz: Gzip archive (archive), preview',
    'main.rs: Rust (code), thumbnail and preview',
    'Makefile: Makefile (code), thumbnail and preview',
    'unknown.xyz: nobody knows',
    'picture without extension: PNG image, 95 % sure',
    'holiday.jpg: PNG image, 95 % sure; named .jpg, but looks like png',
    'list.csv: Comma-separated values, 90 % sure',
    'script: Python, 85 % sure',
    'noise.dat: Binary data, 90 % sure',
  ],
  'database.ts': [
    expect.stringMatching(/^tables: .*\bentries, .*\blocations\b/),
    'pdf files: to ann.pdf (18 bytes), to bob.pdf (18 bytes)',
    // How much a hole takes is the file system's affair.
    expect.stringMatching(/^larger than 100 MiB: film\.mkv, \d+ on disk$/),
    'folders: 4 files and 1 folders below; 2 files and 0 folders below',
    'event: location.updated',
    'a write that fails: changed my mind',
    'still there: Post',
    'copied while in use, and read back: true',
    'sound: true',
  ],
  'content-indexing.ts': [
    'indexed: completed, 3 files in 1 folders, 1000020 bytes',
    'node_modules indexed: false, by the rule "dev"',
    'same content 1d549317-a2ae-577b-b2c4-951b84668889 (full hash): Beach at Dusk.jpg, best of/1.jpg',
    'reclaimable: 500000 bytes',
    'found: Beach at Dusk.jpg',
    'the disk differs: 1.jpg, best of, diary of 2026.txt, diary.txt',
    'the same entry after a move: true',
    'differences now: 0',
    'duplicates now: 0',
  ],
}

test('every example is run here', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  expect(files.toSorted()).toEqual(Object.keys(outputs).toSorted())
})

test.each(Object.entries(outputs))('the example %s runs and says what it shows', async (file, output) => {
  const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${err}`)
  expect(out.trimEnd().split('\n')).toEqual(output)
})
