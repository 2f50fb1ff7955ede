import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectionUsers, NotOwnConnection } from './connection-users.ts'

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
      return new Map(sockets.filter((socket) => socket === foreign).map((socket) => [socket, 65_534]))
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
      return new Map()
    },
  })
  const socket = new Socket()
  await expect(user.check(socket)).rejects.toThrow('no file descriptor')
  await user.check(socket)
  expect(reads).toBe(2)
})

test('a connection whose user the system does not tell is refused in other words than one of another user', async () => {
  const refused = async (owner: number | null) => {
    const users = new ConnectionUsers({ ofOthers: ([socket]) => new Map([[socket!, owner]]) })
    const err: unknown = await users.check(new Socket()).catch((thrown: unknown) => thrown)
    expect(err).toBeInstanceOf(NotOwnConnection)
    return err as NotOwnConnection
  }
  const other = await refused(65_534)
  expect([other.status, other.message]).toEqual([403, expect.stringContaining('belongs to another user')])
  expect(other.whose).toBe('another user of this machine')
  const unknown = await refused(null)
  expect([unknown.status, unknown.message]).toEqual([403, expect.stringContaining('does not tell whose connection')])
  expect(unknown.message).toMatch(/`spacedrive web expose`.*`spacedrive session key/)
  expect(unknown.whose).not.toContain('another user')
})
