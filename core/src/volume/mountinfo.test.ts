import { expect, test } from 'vitest'
import { parseMountInfo, visibleMounts } from './mountinfo.ts'

function parse(...lines: string[]) {
  return parseMountInfo(Buffer.from(lines.join('\n'), 'latin1'))
}

function visible(...lines: string[]) {
  return visibleMounts(parse(...lines)).map((mount) => `${mount.id} ${mount.mountPoint}`)
}

test('a line is read with its escapes, optional fields and options', () => {
  const [mount] = parse(
    '36 35 98:0 /mnt1 /media/my\\040disk\\134\\011x rw,noatime master:1 shared:7 - ext3 /dev/my\\040root rw,errors=continue,a=b=c',
  )
  expect(mount).toEqual({
    id: 36,
    parent: 35,
    deviceId: '98:0',
    root: '/mnt1',
    mountPoint: '/media/my disk\\\tx',
    options: new Set(['rw', 'noatime']),
    filesystem: 'ext3',
    source: '/dev/my root',
    superOptions: new Map([
      ['rw', ''],
      ['errors', 'continue'],
      ['a', 'b=c'],
    ]),
  })
})

test('names are UTF-8, and an empty source is no reason to lose a line', () => {
  const [mount] = parse(`5 1 0:3 / /mnt/${Buffer.from('Bücher').toString('latin1')} rw - tmpfs  rw`)
  expect(mount).toMatchObject({ mountPoint: '/mnt/Bücher', source: '', filesystem: 'tmpfs' })
})

test('lines that are no mounts are left out', () => {
  expect(parse('', 'nonsense', '1 2 3')).toEqual([])
})

test('of two mounts on one folder the later is seen', () => {
  expect(
    visible('1 0 8:1 / / rw - ext4 a rw', '2 1 8:2 / /mnt rw - ext4 b rw', '3 2 8:3 / /mnt rw - ext4 c rw'),
  ).toEqual(['1 /', '3 /mnt'])
})

test('a mount over a folder above hides what was mounted below it', () => {
  const lines = ['1 0 8:1 / / rw - ext4 a rw', '2 1 8:2 / /mnt/deep rw - ext4 b rw', '3 1 8:3 / /mnt rw - ext4 c rw']
  expect(visible(...lines)).toEqual(['1 /', '3 /mnt'])
  expect(visible(...lines, '4 3 8:4 / /mnt/deep rw - ext4 d rw')).toEqual(['1 /', '3 /mnt', '4 /mnt/deep'])
})

test('after chroot the root itself may be missing from the table', () => {
  expect(visible('22 9 8:2 / /data rw - ext4 b rw', '23 22 8:3 / /data/in rw - ext4 c rw')).toEqual([
    '22 /data',
    '23 /data/in',
  ])
})

test('a root that was mounted over (switch_root) is not seen', () => {
  expect(visible('1 1 0:1 / / rw - rootfs rootfs rw', '22 1 8:2 / / rw - ext4 b rw')).toEqual(['22 /'])
})
