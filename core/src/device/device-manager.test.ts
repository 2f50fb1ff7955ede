import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLogger } from '../util/logger.ts'
import { DeviceManager, toSlug } from './device-manager.ts'
import { parseRegistryValue } from './ask-system.ts'
import { parseOsRelease, parseSystemVersion } from './hardware.ts'
import { parseIoreg } from './machine-id.ts'

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

test('the capabilities are the features of this version', async () => {
  await using dir = await dataDir()
  const { capabilities } = (await DeviceManager.open({ dataDir: dir.path, ...on('a') })).info()
  expect(capabilities).toEqual({
    indexing: true,
    watching: true,
    search: true,
    thumbnails: true,
    networking: true,
    sync: false,
  })
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

test('the identity of a newer version is left alone', async () => {
  await using dir = await dataDir()
  const file = join(dir.path, 'device.json')
  await writeFile(file, JSON.stringify({ version: 2, id: 'kept' }))
  await expect(DeviceManager.open({ dataDir: dir.path, ...on('a') })).rejects.toMatchObject({ code: 'VersionMismatch' })
  expect(await readFile(file, 'utf8')).toContain('kept')
})

test('a copied data folder is told until the device has a name of its own', async () => {
  await using dir = await dataDir()
  const { name } = (await DeviceManager.open({ dataDir: dir.path, ...on('a') })).info()
  const open = () => DeviceManager.open({ dataDir: dir.path, ...on('b') })
  expect([(await open()).copiedFrom, (await open()).copiedFrom]).toEqual([name, name])
  await (await open()).rename('Another')
  expect((await open()).copiedFrom).toBeNull()
})

test('a new name stays', async () => {
  await using dir = await dataDir()
  const device = await DeviceManager.open({ dataDir: dir.path, ...on('a') })
  await device.rename('  Ann’s Läptop ')
  const again = (await DeviceManager.open({ dataDir: dir.path, ...on('a') })).info()
  expect(again).toMatchObject({ name: 'Ann’s Läptop', slug: 'ann-s-laptop' })
  expect(toSlug('***')).toBe('device')
})

test('a data folder that is moved keeps its identity, one that is copied beside the original does not', async () => {
  await using dir = await dataDir()
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(dir.path, name))
  await mkdir(first!)
  const original = await DeviceManager.open({ dataDir: first!, ...on('a') })
  await rename(first!, second!)
  const moved = await DeviceManager.open({ dataDir: second!, ...on('a') })
  expect([moved.info().id, moved.copiedFrom]).toEqual([original.info().id, null])
  await cp(second!, third!, { recursive: true })
  const copy = await DeviceManager.open({ dataDir: third!, ...on('a') })
  expect(copy.info().id).not.toBe(original.info().id)
  expect(copy.copiedFrom).toBe(original.info().name)
  // Both keep their values from now on.
  const ids = [second!, third!].map(async (path) => (await DeviceManager.open({ dataDir: path, ...on('a') })).info().id)
  expect(await Promise.all(ids)).toEqual([original.info().id, copy.info().id])
})

test('a data folder that is reached by another path is the same one', async () => {
  await using dir = await dataDir()
  const real = join(dir.path, 'real')
  await mkdir(real)
  await symlink(real, join(dir.path, 'link'))
  const first = await DeviceManager.open({ dataDir: real, ...on('a') })
  const second = await DeviceManager.open({ dataDir: join(dir.path, 'link'), ...on('a') })
  expect(second.info().id).toBe(first.info().id)
})

test('a machine that has no id of its own, or gets one later, is the same machine', async () => {
  await using dir = await dataDir()
  const open = async (machine: string | null) =>
    (await DeviceManager.open({ dataDir: dir.path, ...on(machine) })).info().id
  const first = await open(null)
  expect([await open('a'), await open(null), await open('a')]).toEqual([first, first, first])
  expect(await open('b')).not.toBe(first)
})

test('what the system’s own tools and files print is understood', () => {
  expect(parseIoreg('    "IOPlatformUUID" = "4C4C4544-0043"\n')).toBe('4C4C4544-0043')
  const reg = '\r\nHKEY_LOCAL_MACHINE\\HARDWARE\\X\r\n    SystemProductName    REG_SZ    XPS 13 9310\r\n\r\n'
  expect(parseRegistryValue(reg, 'SystemProductName')).toBe('XPS 13 9310')
  expect(parseRegistryValue('ERROR: not found', 'MachineGuid')).toBeNull()
  expect(parseOsRelease('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
    'Debian GNU/Linux 12 (bookworm)',
  )
  expect(parseOsRelease('PRETTY_NAME=Void\n')).toBe('Void')
  expect(parseSystemVersion('<key>ProductVersion</key>\n\t<string>15.1</string>')).toBe('15.1')
})
