import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** 64 × 48 pixels of sand. */
const sand = Buffer.from(
  '/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAwAEADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAT/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCiAQqQAAAAAAAAAAAAAAAAAAAAAH//2Q==',
  'base64',
)
/** What comes after a picture's end is no part of it. */
const photo = Buffer.concat([sand, Buffer.alloc(5_000 - sand.length)])

const modified = new Date('2025-07-14T08:30:00Z')

/** A small folder with what makes listings hard: wide letters, line breaks, twins, links to nowhere, things rules leave out. */
export async function makeWorld(home: string): Promise<string> {
  const root = join(home, 'photos')
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'beach.jpg': photo,
    'copy of beach.jpg': photo,
    'notes.txt': 'nothing much',
    '日本語の写真.txt': 'wide',
    'two\nlines.txt': 'break',
    'red\u001b[31m.txt': 'control',
    '.hidden.txt': 'hidden',
    '2024/holiday/cat.txt': 'cat',
    '2024/holiday/dog.txt': 'dog',
    'app/package.json': '{}',
    'app/node_modules/left-pad/index.js': 'pad',
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, content)
    await utimes(path, modified, modified)
  }
  for (const name of ['2024/holiday', '2024', 'app/node_modules/left-pad', 'app/node_modules', 'app', '.']) {
    await utimes(join(root, name), modified, modified)
  }
  return root
}
