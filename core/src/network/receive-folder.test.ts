import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { receiveFolder } from './receive-folder.ts'

test('files come to the folder that was chosen, else to the download folder, which people see', () => {
  using temp = createTempDir('receive-folder')
  const home = temp.path
  expect(receiveFolder({ chosen: '/srv/inbox', home })).toBe('/srv/inbox')
  expect(receiveFolder({ chosen: '', home })).toBe(join(home, 'Downloads'))
  mkdirSync(join(home, '.config'))
  const write = (path: string) =>
    writeFileSync(join(home, '.config/user-dirs.dirs'), `# made by the desktop\nXDG_DOWNLOAD_DIR="${path}"\n`)
  write('$HOME/Descargas')
  expect(receiveFolder({ chosen: '', home })).toBe(join(home, 'Descargas'))
  write('$HOME/')
  expect(receiveFolder({ chosen: '', home })).toBe(join(home, 'Downloads'))
})
