import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { programAsTyped, withTypedCommands } from './typed-commands.ts'

const NAME = process.platform === 'win32' ? 'spacedrive.cmd' : 'spacedrive'
const none = { instance: undefined }

function folderWith(...programs: string[]): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'sd-typed-'))
  for (const folder of programs) {
    mkdirSync(join(path, folder), { recursive: true })
    writeFileSync(join(path, folder, NAME), '#!/bin/sh\n')
    chmodSync(join(path, folder, NAME), 0o755)
  }
  mkdirSync(join(path, 'below/more'), { recursive: true })
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

test('a program on the PATH is typed by its name, but the folders of npm are not on the PATH of a shell', () => {
  using there = folderWith('bin', 'node_modules/.bin')
  const { path } = there
  const folders = [join(path, 'node_modules/.bin'), join(path, 'bin')]
  const place = { folder: tmpdir(), file: '/opt/spacedrive.mjs' }
  expect(programAsTyped(none, { ...place, env: { PATH: folders.join(delimiter) } })).toBe('spacedrive')
  expect(programAsTyped(none, { ...place, env: { PATH: folders[0] } })).toBe('node /opt/spacedrive.mjs')
})

test('in a checkout and below it, npx finds the program; elsewhere Node runs its file', () => {
  using there = folderWith('node_modules/.bin')
  const file = "/opt/ann's/spacedrive.mjs"
  const typedIn = (folder: string) => programAsTyped(none, { env: { PATH: '' }, folder, file })
  expect(typedIn(there.path)).toBe('npx spacedrive')
  expect(typedIn(join(there.path, 'below/more'))).toBe('npx spacedrive')
  expect(typedIn(tmpdir())).toBe(`node '/opt/ann'\\''s/spacedrive.mjs'`)
})

test('the instance is typed if a flag named it', () => {
  using there = folderWith('bin')
  const place = { folder: tmpdir(), file: '' }
  const PATH = join(there.path, 'bin')
  expect(programAsTyped({ instance: 'work' }, { ...place, env: { PATH } })).toBe('spacedrive --instance work')
  expect(programAsTyped({ instance: 'work' }, { ...place, env: { PATH, SPACEDRIVE_INSTANCE: 'work' } })).toBe(
    'spacedrive',
  )
})

test('only commands between backticks are changed', () => {
  const typed = (sentence: string) => withTypedCommands(sentence, () => 'npx spacedrive')
  expect(typed('no library; `spacedrive library list` lists them')).toBe(
    'no library; `npx spacedrive library list` lists them',
  )
  const others = 'in /home/ann/spacedrive files, `spacedrives` and `my spacedrive x`'
  expect(typed(others)).toBe(others)
})
