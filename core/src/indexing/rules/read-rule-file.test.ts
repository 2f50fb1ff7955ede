import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readRuleFile } from './read-rule-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'rule-file-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('an ignore file is read whole', () => {
  writeFileSync(join(dir, '.gitignore'), 'a\n')
  expect(readRuleFile(join(dir, '.gitignore'))).toEqual(new TextEncoder().encode('a\n'))
})

test('what is missing, a folder or too big is no ignore file', () => {
  writeFileSync(join(dir, 'big'), new Uint8Array(1_048_577))
  expect(['missing', 'big', '.'].map((name) => readRuleFile(join(dir, name)))).toEqual([null, null, null])
})

test.skipIf(process.platform === 'win32')('a FIFO is not waited for (skipped on Windows: none there)', () => {
  spawnSync('mkfifo', [join(dir, '.spacedriveignore')])
  expect(readRuleFile(join(dir, '.spacedriveignore'))).toBeNull()
})

test.skipIf(process.platform === 'win32')(
  'a link is followed, except for an ignore file (skipped on Windows: links need rights)',
  () => {
    writeFileSync(join(dir, 'target'), 'x')
    symlinkSync('target', join(dir, 'exclude'))
    const linked = mkdtempSync(join(dir, 'linked-'))
    symlinkSync('../target', join(linked, '.gitignore'))
    expect(readRuleFile(join(dir, 'exclude'))).toEqual(new TextEncoder().encode('x'))
    expect(readRuleFile(join(linked, '.gitignore'))).toBeNull()
  },
)
