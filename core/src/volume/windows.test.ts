import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { volumeFingerprint } from './fingerprint.ts'
import { recordedLinux, RecordedSpace } from './fixtures/recorded-linux.ts'
import { LinuxDetector } from './linux.ts'
import { MountTable } from './mount-table.ts'
import { WindowsDetector } from './windows.ts'

const { signal } = new AbortController()

async function detect() {
  const output = await readFile(new URL('fixtures/windows/report.json', import.meta.url), 'utf8')
  return new WindowsDetector({ machineId: 'this-pc', run: async () => output }).detect(signal)
}

test('a PC with a system disk, an external disk, a locked card, a disc, a mounted image and a share', async () => {
  const { volumes } = await detect()
  const lines = volumes.map((volume) => [
    volume.mountPoint,
    [volume.name, volume.kind, volume.disk, volume.filesystem, volume.readOnly ? 'read-only' : 'writable'].join(', '),
  ])
  expect(Object.fromEntries(lines)).toEqual({
    'C:\\': 'Windows, primary, ssd, ntfs, writable',
    'D:\\': 'Archive, external, hdd, ntfs, writable',
    'E:\\': 'CAMERA CARD, external, unknown, exfat, read-only',
    'F:\\': 'HOLIDAY, external, unknown, udf, read-only',
    'C:\\dev\\': 'Dev, virtual, virtual, refs, writable',
    'Z:\\': 'team docs on nas.local, network, network, smb, writable',
  })
})

test('paths are found by letter, by mounted folder and by share, whatever their case', async () => {
  const detection = await detect()
  const table = new MountTable(detection, 'win32')
  const found = (path: string) => {
    const place = table.find(path)
    return place && [place.volume.name, place.pathInVolume.toString()]
  }
  expect(found('c:\\Users\\alice\\a.txt')).toEqual(['Windows', 'Users/alice/a.txt'])
  expect(found('C:\\Users\\Alice\\archive\\2019')).toEqual(['Archive', '2019'])
  expect(found('D:/2019')).toEqual(['Archive', '2019'])
  expect(found('\\\\?\\D:\\2019')).toEqual(['Archive', '2019'])
  expect(found('\\\\nas.local\\team docs\\Plan.docx')).toEqual(['team docs on nas.local', 'Plan.docx'])
  expect(found('\\\\?\\UNC\\nas.local\\team docs')).toEqual(['team docs on nas.local', ''])
  expect(found('Q:\\')).toBeNull()
  expect(() => table.find('Users\\alice')).toThrow('not an absolute path')
  const archive = detection.volumes.find((volume) => volume.name === 'Archive')!
  expect(table.absolutePath(archive.fingerprint, '2019/May')?.toString()).toBe('D:\\2019\\May')
  expect(table.absolutePath(archive.fingerprint, '')?.toString()).toBe('D:\\')
})

test('a card and an NTFS disk keep their fingerprints between Windows and Linux', async () => {
  const { volumes: windows } = await detect()
  const files = await recordedLinux('laptop')
  const { volumes: linux } = await new LinuxDetector({ machineId: 'm', files, space: new RecordedSpace() }).detect(
    signal,
  )
  const here = linux.filter((volume) => windows.some((other) => other.fingerprint === volume.fingerprint))
  expect(here.map((volume) => volume.name)).toEqual(['CAMERA CARD', 'Win'])
  expect(windows[2]?.fingerprint).toBe(volumeFingerprint({ by: 'filesystem', uuid: '1a2b-3c4d' }))
})

test.each(['', 'not json', '{"volumes":"none"}', '{"volumes":[{"UniqueId":"x"}],"serials":[]}'])(
  'an answer that is no report is an error, not an empty machine: %s',
  async (output) => {
    const detector = new WindowsDetector({ machineId: 'this-pc', run: async () => output })
    await expect(detector.detect(signal)).rejects.toMatchObject({ code: 'Unavailable' })
  },
)
