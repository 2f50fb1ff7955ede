import { expect, test, vi } from 'vitest'
import { CoreError } from '../util/errors.ts'
import { parseDf, SystemSpaceReader } from './space.ts'

test.each([
  [
    'Filesystem     1024-blocks      Used Available Capacity Mounted on\nnas:/export     1000000000 400000000 600000000      40% /mnt/nas\n',
    { state: 'known', totalBytes: 1_024_000_000_000, freeBytes: 614_400_000_000 },
  ],
  ['Filesystem 1024-blocks Used Available Capacity Mounted on\ngdrive: - - - - /mnt/drive\n', { state: 'unknown' }],
  [
    'Filesystem 1024-blocks Used Available Capacity Mounted on\nfull share 100 110 -10 110% /mnt\n',
    { state: 'known', totalBytes: 102_400, freeBytes: 0 },
  ],
  ['', { state: 'unknown' }],
])('df is read: %j', (output, expected) => {
  expect(parseDf(output)).toEqual(expected)
})

test.skipIf(process.platform === 'win32')('a real folder has room', async () => {
  const reader = new SystemSpaceReader({ timeoutMs: 60_000 })
  for (const mayHang of [false, true]) {
    const space = await reader.read({ mountPoint: '/', mayHang })
    expect(space).toEqual({ state: 'known', totalBytes: expect.any(Number), freeBytes: expect.any(Number) })
    expect(space.state === 'known' && space.totalBytes > 0).toBe(true)
  }
})

test('a mount that hangs is given up in time, and not asked again while it hangs', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  let asked = 0
  const run = () => {
    asked++
    return promise
  }
  const reader = new SystemSpaceReader({ run, timeoutMs: 20 })
  const question = { mountPoint: '/mnt/dead', mayHang: true }
  expect(await reader.read(question)).toEqual({ state: 'unreachable' })
  expect(await reader.read(question)).toEqual({ state: 'unreachable' })
  expect(asked).toBe(1)
  resolve('Filesystem 1024-blocks Used Available Capacity Mounted on\nnas: 100 0 100 0% /mnt/dead\n')
  await vi.waitFor(async () => expect(await reader.read(question)).toMatchObject({ state: 'known' }))
})

test('a mount whose program is gone is unreachable', async () => {
  const reader = new SystemSpaceReader({
    run: async () => {
      throw new CoreError('Unavailable', 'df failed: Transport endpoint is not connected')
    },
  })
  expect(await reader.read({ mountPoint: '/mnt/gone', mayHang: true })).toEqual({ state: 'unreachable' })
  expect(await new SystemSpaceReader().read({ mountPoint: '/does/not/exist', mayHang: false })).toEqual({
    state: 'unreachable',
  })
})
