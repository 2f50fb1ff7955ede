import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { listPlaces } from './places.ts'

test('the places of a person are those the desktop knows, as far as they are there, each once', async () => {
  using temp = createTempDir('places')
  const home = temp.path
  const configHome = join(home, '.config')
  for (const folder of ['Bilder/2024', 'Documents', 'My "Music"', '.config'])
    mkdirSync(join(home, folder), { recursive: true })
  writeFileSync(join(home, 'Bilder/a.jpg'), 'x'.repeat(10))
  writeFileSync(join(home, 'Bilder/2024/b.jpg'), 'x'.repeat(5))
  writeFileSync(
    join(configHome, 'user-dirs.dirs'),
    [
      '# made by hand',
      'XDG_PICTURES_DIR="$HOME/Bilder"',
      'XDG_MUSIC_DIR="$HOME/My \\"Music\\"/"',
      'XDG_DESKTOP_DIR="$HOME/"',
      'XDG_VIDEOS_DIR="not absolute"',
    ].join('\n'),
  )
  const places = await listPlaces({ home, platform: 'linux', configHome })
  expect(places.map(({ kind, name, path }) => [kind, name, path.slice(home.length)])).toEqual([
    ['pictures', 'Bilder', '/Bilder'],
    ['documents', 'Documents', '/Documents'],
    ['desktop', expect.any(String), ''],
    ['music', 'My "Music"', '/My "Music"'],
  ])
  expect(places[0]?.estimate).toEqual({ files: 2, bytes: 15, isWhole: true })
})

test('a large folder is not looked through to its end', async () => {
  using temp = createTempDir('places')
  mkdirSync(join(temp.path, 'Pictures'))
  for (let i = 0; i < 5_100; i++) writeFileSync(join(temp.path, 'Pictures', String(i)), '')
  const [pictures] = await listPlaces({ home: temp.path, platform: 'darwin', configHome: temp.path })
  expect(pictures).toMatchObject({ kind: 'pictures', estimate: { isWhole: false } })
})
