import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLogger } from '../util/logger.ts'
import { DeviceManager, toSlug } from './device-manager.ts'
import { parseIoreg, parseReg } from './machine-id.ts'

async function dataDir() {
  const path = await mkdtemp(join(tmpdir(), 'sd-device-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
const on = (machine: string | null) => ({ log: silentLogger, machineId: async () => machine })

test('an installation keeps its identity, and its file is for its user alone', async () => {
  await using dir = await dataDir()
  const first = await DeviceManager.open({ dataDir: dir.path, ...on('a') })
  const second = await DeviceManager.open({ dataDir: dir.path, ...on('a') })
  expect(second.info()).toEqual(first.info())
  expect((await stat(join(dir.path, 'device.json'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(dir.path, 'device.json'), 'utf8')).not.toContain('"a"')
})

test('a data folder copied to another machine gets an identity of its own, and the old one is kept', async () => {
  await using dir = await dataDir()
  const original = await DeviceManager.open({ dataDir: dir.path, ...on('a') })
  const copy = await DeviceManager.open({ dataDir: dir.path, ...on('b') })
  expect(copy.info().id).not.toBe(original.info().id)
  expect(copy.copiedFrom).toBe(original.info().name)
  expect((await readdir(dir.path)).some((name) => name.startsWith('device.json.copied-'))).toBe(true)
})

test('a broken identity file is set aside with its content', async () => {
  await using dir = await dataDir()
  await writeFile(join(dir.path, 'device.json'), '{ half')
  const device = await DeviceManager.open({ dataDir: dir.path, ...on(null) })
  expect(device.info().current).toBe(true)
  const aside = (await readdir(dir.path)).find((name) => name.startsWith('device.json.broken-'))
  expect(await readFile(join(dir.path, aside!), 'utf8')).toBe('{ half')
})

test('a new name stays', async () => {
  await using dir = await dataDir()
  const device = await DeviceManager.open({ dataDir: dir.path, ...on('a') })
  await device.rename('  Ann’s Läptop ')
  const again = (await DeviceManager.open({ dataDir: dir.path, ...on('a') })).info()
  expect(again).toMatchObject({ name: 'Ann’s Läptop', slug: 'ann-s-laptop' })
  expect(toSlug('***')).toBe('device')
})

test('the ids of macOS and Windows are read from what their tools print', () => {
  expect(parseIoreg('    "IOPlatformUUID" = "4C4C4544-0043"\n')).toBe('4C4C4544-0043')
  expect(parseReg('\r\n    MachineGuid    REG_SZ    8a1b-22\r\n')).toBe('8a1b-22')
})
