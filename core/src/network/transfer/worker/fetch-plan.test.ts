import { chmodSync, existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/index.ts'
import { threadDisk } from '../../../sources/index.ts'
import { discardPlan, itemsOf, openPlan, renamedIn } from './fetch-plan.ts'

/** A transfer of one file into `to/trip`, part of which is there. */
function begin() {
  const temp = createTempDir('fetch-plan')
  const [folder, trip] = [join(temp.path, 'state'), join(temp.path, 'to/trip')]
  mkdirSync(trip, { recursive: true })
  const target = Buffer.from(join(trip, 'a.txt'))
  const items = [{ names: [Buffer.from('a.txt')], kind: 'file' as const, size: 3, mtimeMs: 0, mode: 0o644 }]
  const destination = { targets: [target], expected: [null] }
  openPlan(folder, { items, destination, preserve: 'nothing', mark: '0a1b2c3d', taken: new Set(), disk: threadDisk })
  const part = join(trip, 'a.txt.0a1b2c3d.part')
  writeFileSync(part, 'a')
  return { folder, trip, part, [Symbol.dispose]: () => temp[Symbol.dispose]() }
}

test('what was begun is removed, also where it is gone with its folder', () => {
  using one = begin()
  discardPlan(one.folder, threadDisk)
  expect([existsSync(one.part), existsSync(one.folder)]).toEqual([false, false])

  using other = begin()
  renameSync(other.trip, `${other.trip} elsewhere`)
  writeFileSync(other.trip, 'a file')
  discardPlan(other.folder, threadDisk)
  expect(existsSync(other.folder)).toBe(false)
})

test('a part that cannot be removed says why, and is still known', () => {
  using one = begin()
  renameSync(one.trip, `${one.trip} elsewhere`)
  symlinkSync(one.trip, one.trip)
  expect(() => discardPlan(one.folder, threadDisk)).toThrow(
    expect.objectContaining({ code: 'InvalidInput', message: expect.stringContaining(one.part) }),
  )
  expect(existsSync(one.folder)).toBe(true)
})

test.skipIf(process.getuid?.() === 0)('a folder that may no longer be written to is named', () => {
  using one = begin()
  chmodSync(one.trip, 0o555)
  expect(() => discardPlan(one.folder, threadDisk)).toThrow(expect.objectContaining({ code: 'PermissionDenied' }))
  chmodSync(one.trip, 0o755)
})

test('permissions that are narrowed at the source while a transfer waits are followed, and what is here stays', () => {
  using one = begin()
  const items = [{ names: [Buffer.from('a.txt')], kind: 'file' as const, size: 3, mtimeMs: 0, mode: 0o600 }]
  const destination = { targets: [Buffer.from(join(one.trip, 'a.txt'))], expected: [null] }
  const plan = openPlan(one.folder, {
    items,
    destination,
    preserve: 'all',
    mark: '0a1b2c3d',
    taken: new Set(),
    disk: threadDisk,
  })
  expect(itemsOf(plan).map(({ mode }) => mode)).toEqual([0o600])
  expect(existsSync(one.part)).toBe(true)
})

test('of many changed names the first are listed, and all are counted', () => {
  using temp = createTempDir('fetch-plan')
  const items = Array.from({ length: 130 }, (_, n) => ({
    names: [Buffer.from(`${'n'.repeat(230)}${n}`)],
    kind: 'file' as const,
    size: 0,
    mtimeMs: 0,
    mode: 0o600,
  }))
  const destination = { folder: Buffer.from(temp.path) }
  const folder = join(temp.path, 'state')
  const plan = openPlan(folder, {
    items,
    destination,
    preserve: 'nothing',
    mark: '0a1b2c3d',
    taken: new Set(),
    disk: threadDisk,
  })
  expect(renamedIn(plan)).toMatchObject({ renamed: { length: 100 }, renamedCount: 130 })
})
