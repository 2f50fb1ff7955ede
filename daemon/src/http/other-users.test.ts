import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test, vi } from 'vitest'
import { isOfOtherUser, ofOtherUsers } from './other-users.ts'
import { ownerOf } from './connection-owner.ts'

const PORT = 7_378
const own = process.geteuid?.() ?? 0

/** A row as Linux writes it, of a client at 127.0.0.1 whose connection goes to `port`. */
function row({
  client,
  inode = 1,
  port = PORT,
  user,
}: {
  client: number
  inode?: number
  port?: number
  user: number
}): string {
  const end = (at: number) => `0100007F:${at.toString(16).toUpperCase().padStart(4, '0')}`
  return `   1: ${end(client)} ${end(port)} 01 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 ${inode} 1 0 20 0 0 10 -1`.padEnd(
    149,
  )
}

function socket(client: number) {
  return { localAddress: '127.0.0.1', localPort: PORT, remoteAddress: '127.0.0.1', remotePort: client }
}

const isLinux = process.platform === 'linux'
/** As in a container that forbids it. */
const ask = () => 'unknown' as const

test.runIf(isLinux)(
  'without the kernel, connections are found in its tables to their end, and the missing ones count as foreign',
  async () => {
    using folder = createTempDir('tables')
    const table = join(folder.path, 'tcp')
    // More than one read returns, so rows are cut into two.
    const others = Array.from({ length: 70_000 }, (_, n) => row({ client: n % 60_000, port: 443, user: own + 1 }))
    const rows = [
      '  sl  local_address rem_address',
      row({ client: 50_001, user: own + 1 }),
      row({ client: 50_002, user: own }),
      ...others,
      row({ client: 50_003, user: own + 1 }),
      row({ client: 50_004, user: own }),
      row({ client: 50_006, user: 0 }),
      // Its client has closed it.
      row({ client: 50_007, user: 0, inode: 0 }),
    ]
    writeFileSync(table, `${rows.join('\n')}\n`)
    const all = [50_001, 50_002, 50_003, 50_004, 50_005, 50_006, 50_007].map(socket)
    const tables = [table, join(folder.path, 'no tcp6')]
    const found = await ofOtherUsers(all, { ask, tables })
    expect([...found].map(([{ remotePort }, user]) => [remotePort, user])).toEqual([
      [50_001, own + 1],
      [50_003, own + 1],
      [50_005, null],
      [50_007, null],
    ])
    // If no table can be read, nothing says that a connection is of this user.
    expect(await isOfOtherUser(socket(50_002), { ask, tables: [join(folder.path, 'none')] })).toBe(true)
    expect(await isOfOtherUser({ ...socket(50_002), remotePort: undefined }, { ask, tables })).toBe(true)
  },
)

test.runIf(isLinux)('no table is read for connections that the kernel knows, nor for closed ones', async () => {
  let read = 0
  const tables: string[] = []
  tables[Symbol.iterator] = () => {
    read++
    return [].values()
  }
  expect(await isOfOtherUser(socket(50_001), { ask: () => own, tables })).toBe(false)
  expect(await isOfOtherUser({ ...socket(50_001), remotePort: undefined }, { ask, tables })).toBe(true)
  expect(read).toBe(0)
  await isOfOtherUser(socket(50_001), { ask, tables })
  expect(read).toBe(1)
})

/** Connects as another user, and says so; only root can. */
const foreigner = (port: number) => `
process.setgid(65534)
process.setuid(65534)
require('node:net').connect(${port}, '127.0.0.1', () => console.log('connected'))`

test.runIf(isLinux)(
  'a connection of this user is told from one of another user, and from one that has ended',
  async () => {
    const accepted: Socket[] = []
    const server = createServer(
      { allowHalfOpen: true },
      (from) => void accepted.push(from.on('error', () => {})),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    await vi.waitUntil(() => accepted.length === 1)
    const [first] = accepted as [Socket]
    expect(await isOfOtherUser(first)).toBe(false)
    expect(await isOfOtherUser(first, { ask })).toBe(false)
    const ended = { ...endsOf(first), remotePort: 1 }
    expect(await isOfOtherUser(ended)).toBe(true)
    // A listener at the port of a client that has gone is not the client.
    const listening = { ...endsOf(first), remotePort: port, localPort: 1 }
    expect(ownerOf(listening)).not.toBe(own)
    // Its client has closed it; this side is still open.
    const over = once(first.resume(), 'end')
    client.destroy()
    await over
    expect([await isOfOtherUser(first), await isOfOtherUser(first, { ask })]).toEqual([true, true])
    if (own !== 0) return void server.close()
    const child = spawn(process.execPath, ['-e', foreigner(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await vi.waitUntil(() => accepted.length === 2)
    expect(await isOfOtherUser(accepted[1]!)).toBe(true)
    expect(await isOfOtherUser(accepted[1]!, { ask })).toBe(true)
    child.kill('SIGKILL')
    for (const each of accepted) each.destroy()
    server.close()
  },
)

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket) {
  return { localAddress, localPort, remoteAddress, remotePort }
}
