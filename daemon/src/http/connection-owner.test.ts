import { expect, test } from 'vitest'
import { ConnectionOwners } from './connection-owner.ts'

const USER = 1_000
const PORT = 7_378

function from(client: number, address = '127.0.0.1') {
  return { localAddress: address, localPort: PORT, remoteAddress: address, remotePort: client }
}

/** A kernel that has sockets at some ports, or cannot tell of any. */
function kernel(ports: readonly number[]) {
  const asked: number[] = []
  const owners = new ConnectionOwners(({ local }) => {
    asked.push(local.port)
    return ports.includes(local.port) ? USER : 'missing'
  })
  return { asked, owners }
}

test('a connection is missing if the kernel tells of others, and this end of it is asked for at most once', () => {
  const { asked, owners } = kernel([PORT, 50_001])
  expect([50_002, 50_001, 50_003].map((client) => owners.of(from(client)))).toEqual([null, USER, null])
  expect(asked).toEqual([50_002, PORT, 50_001, 50_003])
  expect(owners.of({ ...from(50_001), remotePort: undefined })).toBe(null)
})

test('a kernel that does not even tell of this end of a connection is asked no more, for each kind of address', () => {
  const { asked, owners } = kernel([])
  expect([50_001, 50_002].map((client) => owners.of(from(client)))).toEqual(['unknown', 'unknown'])
  expect(asked).toEqual([50_001, PORT])
  expect(owners.of(from(50_003, '::1'))).toBe('unknown')
  expect(asked).toEqual([50_001, PORT, 50_003, PORT])
})

test('a kernel that could not be asked is asked again', () => {
  const answers = ['unknown', 'missing', 'unknown', USER] as const
  let at = 0
  const owners = new ConnectionOwners(() => answers[at++]!)
  expect([1, 2, 3].map((client) => owners.of(from(client)))).toEqual(['unknown', 'unknown', USER])
})
