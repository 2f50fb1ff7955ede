import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { receiveFolder } from './receive-folder.ts'

test('files come to the folder that was chosen, else to Downloads, else into the data folder', () => {
  using temp = createTempDir('receive-folder')
  const [home, dataDir] = [join(temp.path, 'home'), join(temp.path, 'data')]
  const chosen = '/srv/inbox'
  mkdirSync(home)
  expect(receiveFolder({ chosen, dataDir, home })).toBe(chosen)
  expect(receiveFolder({ chosen: '', dataDir, home })).toBe(join(dataDir, 'received'))
  writeFileSync(join(home, 'Downloads'), 'a file of this name is no folder')
  expect(receiveFolder({ chosen: '', dataDir, home })).toBe(join(dataDir, 'received'))
  mkdirSync(join(home, 'two/Downloads'), { recursive: true })
  expect(receiveFolder({ chosen: '', dataDir, home: join(home, 'two') })).toBe(join(home, 'two/Downloads'))
})
