import { expect, test } from 'vitest'
import { cloudPlace, cloudRoots, isPlaceholder } from './placeholder.ts'

const shell = { size: 5_000_000, blocks: 0 }
const whole = { size: 5_000_000, blocks: 9_768 }

test('a sparse file on an ordinary disk is a file', () => {
  expect(isPlaceholder(shell, 'none')).toBe(false)
  expect(isPlaceholder({ size: 2n ** 40n, blocks: 0n }, 'none')).toBe(false)
})

test('a file without blocks in a folder that a provider keeps is not here', () => {
  expect(isPlaceholder(shell, 'synced-folder')).toBe(true)
  expect(isPlaceholder(whole, 'synced-folder')).toBe(false)
})

test('on a mounted cloud every file that has something in it is elsewhere, whatever its blocks say', () => {
  expect(isPlaceholder(whole, 'remote-mount')).toBe(true)
  expect(isPlaceholder({ size: 0, blocks: 0 }, 'remote-mount')).toBe(false)
})

test("the system's own marks count everywhere", () => {
  expect(isPlaceholder({ ...whole, attributes: 0x40_0000 | 0x20 }, 'none')).toBe(true)
  expect(isPlaceholder({ ...whole, attributes: 0x20 }, 'none')).toBe(false)
  expect(isPlaceholder({ ...whole, flags: 0x4000_0040 }, 'none')).toBe(true)
  expect(isPlaceholder({ ...whole, flags: 0x40 }, 'none')).toBe(false)
})

test('places are told by the file system and by the folders of providers', () => {
  const mac = cloudRoots({ platform: 'darwin', home: '/Users/alice', env: {} })
  expect(cloudPlace('/Users/alice/Library/CloudStorage/Dropbox/a', 'apfs', mac)).toBe('synced-folder')
  expect(cloudPlace('/Users/alice/OneDriveBackup', 'apfs', mac)).toBe('none')
  expect(cloudPlace('/Users/alice/Pictures', 'apfs', mac)).toBe('none')

  const env = { OneDrive: 'D:\\OneDrive - Home' }
  const windows = cloudRoots({ platform: 'win32', home: 'C:\\Users\\alice', env })
  expect(cloudPlace('d:\\onedrive - home\\a.docx', 'ntfs', windows)).toBe('synced-folder')
  expect(cloudPlace('C:\\Users\\alice\\Dropbox', 'ntfs', windows)).toBe('synced-folder')
  expect(cloudPlace('C:\\Users\\alice\\Documents', 'ntfs', windows)).toBe('none')

  expect(cloudRoots({ platform: 'linux', home: '/home/alice', env })).toEqual([])
  expect(cloudPlace('/mnt/drive/a', 'rclone', [])).toBe('remote-mount')
})
