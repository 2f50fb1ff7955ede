import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const modified = new Date('2025-07-14T08:30:00Z')

/** A small folder with what makes listings hard: wide letters, line breaks, twins, links to nowhere, things rules leave out. */
export async function makeWorld(home: string): Promise<string> {
  const root = join(home, 'photos')
  const files: Readonly<Record<string, string>> = {
    'beach.jpg': 'sand '.repeat(1_000),
    'copy of beach.jpg': 'sand '.repeat(1_000),
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
