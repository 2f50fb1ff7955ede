import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { allCommands } from './main.ts'
import { manPage } from './man-page.ts'

test('the manual page names every command, flag and exit code', () => {
  const page = manPage(allCommands())
  expect(page).toContain('.SS spacedrive index verify <path>')
  expect(page).toContain('.B \\-\\-force')
  expect(page).toContain('.B 130')
  for (const line of page.split('\n')) expect(line).not.toMatch(/^'|^\.(?!\\"|TH|SH|SS|TP|PP|B )/)
})

test('groff reads the manual page without a complaint', ({ skip }) => {
  const { error, status, stderr, stdout } = spawnSync('groff', ['-man', '-Tutf8', '-P-cbou', '-ww'], {
    input: manPage(allCommands()),
    encoding: 'utf8',
  })
  if (error) return skip('needs groff')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('location add')
})
