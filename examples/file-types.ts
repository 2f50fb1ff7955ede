// What a file is: by its name, by its bytes, and where the two disagree.
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileTypeRegistry } from '@spacedrive/core'

const types = new FileTypeRegistry()
console.log(
  `${types.definitions.length} types in ${new Set(types.definitions.map((each) => each.category)).size} kinds`,
)

for (const name of ['document.pdf', 'photo.JPG', 'video.mp4', 'archive.tar.gz', 'main.rs', 'Makefile', 'unknown.xyz']) {
  const type = types.detectFromExtension(name)
  console.log(type ? `${name}: ${type.name} (${type.category}), ${abilities(type)}` : `${name}: nobody knows`)
}

function abilities(type: { supportsThumbnails: boolean; supportsPreview: boolean; supportsMetadata: boolean }): string {
  const can = [
    type.supportsThumbnails && 'thumbnail',
    type.supportsPreview && 'preview',
    type.supportsMetadata && 'metadata',
  ].filter(Boolean)
  return can.length > 0 ? can.join(' and ') : 'nothing to show'
}

await using temp = await mkdtempDisposable(join(tmpdir(), 'spacedrive-types-'))

/** The beginnings of real files. */
const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex')
const files: Readonly<Record<string, string | Uint8Array>> = {
  'picture without extension': png,
  'holiday.jpg': png,
  'list.csv': 'name;size\nbeach.jpg;12\n',
  script: '#!/usr/bin/env python3\nprint("hello")\n',
  'noise.dat': Buffer.from([0, 159, 146, 150, 1, 2, 3, 4, 250, 251]),
}
for (const [name, bytes] of Object.entries(files)) {
  const path = join(temp.path, name)
  await writeFile(path, bytes)
  const { confidence, conflict, definition } = await types.identify(path)
  const sure = definition ? `${definition.name}, ${confidence} % sure` : 'nobody knows'
  const wrong = conflict ? `; named .${conflict.extension}, but looks like ${conflict.looksLike}` : ''
  console.log(`${name}: ${sure}${wrong}`)
}
