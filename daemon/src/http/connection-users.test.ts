import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectionUsers } from './connection-users.ts'

test('the table of connections is read once for all that wait, and once for each connection', async () => {
  const [first, second, third, foreign] = Array.from({ length: 4 }, () => new Socket()) as [
    Socket,
    Socket,
    Socket,
    Socket,
  ]
  const read: Socket[][] = []
  const reading = Promise.withResolvers<void>()
  const user = new ConnectionUsers({
    ofOthers: async (sockets) => {
      read.push([...sockets])
      await reading.promise
      return sockets.filter((socket) => socket === foreign)
    },
  })
  const checks = [first, first].map((socket) => user.check(socket))
  await expect.poll(() => read.length).toBe(1)
  const later = [second, third, foreign].map((socket) => user.check(socket).catch((err: Error) => err))
  reading.resolve()
  await Promise.all(checks)
  const said = await Promise.all(later)
  expect(said).toEqual([undefined, undefined, expect.objectContaining({ code: 'PermissionDenied', status: 403 })])
  await user.check(third)
  expect(read).toEqual([[first], [second, third, foreign]])
})

test('a table that cannot be read refuses, and is read again for the next request', async () => {
  let reads = 0
  const user = new ConnectionUsers({
    ofOthers: () => {
      if (reads++ === 0) throw new Error('no file descriptor is free')
      return []
    },
  })
  const socket = new Socket()
  await expect(user.check(socket)).rejects.toThrow('no file descriptor')
  await user.check(socket)
  expect(reads).toBe(2)
})
