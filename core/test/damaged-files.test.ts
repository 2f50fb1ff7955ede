import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestCore } from '../testing/index.ts'

test.each([
  ['cut short', '{"version": 1, "id'],
  ['empty', ''],
  ['of something else', '[1, 2, 3]'],
])(
  'device.json, config.json and libraries.json that are %s are restored from their copies, and told',
  async (_, text) => {
    await using t = await createTestCore()
    const elsewhere = join(t.dataDir, '..', 'elsewhere')
    await t.core.libraries.create({ name: 'Elsewhere', path: elsewhere })
    await t.core.config.set('indexing.walkers', '3')
    const { id, name } = t.core.device.info()
    await t.core.close()
    const files = ['device.json', 'config.json', 'libraries.json'].map((file) => join(t.dataDir, file))
    const before = files.map((file) => readFileSync(file, 'utf8'))
    for (const file of files) writeFileSync(file, text)
    await t.restart()
    expect(t.core.device.info()).toMatchObject({ id, name })
    expect(t.core.config.values.indexing.walkers).toBe(3)
    expect(t.core.libraries.list().map((library) => [library.name, library.open])).toEqual([
      ['Test', true],
      ['Elsewhere', true],
    ])
    const { damaged, notices } = t.core.status()
    const told = files.map((file) => `${file} was damaged: it was restored from its copy`)
    expect(told.filter((begin) => !damaged.some((sentence) => sentence.startsWith(begin)))).toEqual([])
    expect(damaged).toHaveLength(3)
    expect(notices).toEqual(expect.arrayContaining(damaged))
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before)
    expect(readdirSync(t.dataDir).filter((file) => file.includes('.broken-'))).toHaveLength(3)
    // Told once: the next start finds all whole.
    await t.restart()
    expect(t.core.status().damaged).toEqual([])
  },
)

test('the uptime comes from a monotonic clock', async () => {
  let now = Date.now()
  await using t = await createTestCore({ now: () => now })
  now -= 50 * 365 * 86_400_000
  expect(t.core.status().uptimeMs).toBeGreaterThanOrEqual(0)
  expect(t.core.status().uptimeMs).toBeLessThan(600_000)
})
