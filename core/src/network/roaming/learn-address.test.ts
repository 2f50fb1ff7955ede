import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { silentLogger } from '../../util/logger.ts'
import { IrohTransport } from '../transport/iroh/iroh-transport.ts'
import { alpns } from '../transport/transport.ts'
import { learnAddress } from './learn-address.ts'

const { signal } = new AbortController()

test('what is no relay does not reflect', async () => {
  await using alice = await openDevice()
  await expect(learnAddress(alice, 'http://127.0.0.1:9', signal)).rejects.toMatchObject({ code: 'Unavailable' })
})

test('of an answer without an end no more is read than one needs', async () => {
  let sent = 0
  const server = createServer((_request, response) => {
    const more = () => {
      for (let isRoom = true; isRoom && !response.destroyed; sent += 65_536) {
        isRoom = response.write(Buffer.alloc(65_536, 0x20))
      }
    }
    response.on('drain', more)
    more()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using device = await openDevice()
  await expect(learnAddress(device, `http://127.0.0.1:${port}`, signal)).rejects.toMatchObject({
    code: 'Unavailable',
  })
  expect(sent).toBeLessThan(16_777_216)
  server.closeAllConnections()
  server.close()
})

function openDevice(): Promise<IrohTransport> {
  const options = { port: 0, relay: null, alpns: Object.values(alpns), log: silentLogger }
  return IrohTransport.open({ ...options, seed: randomBytes(32), bind: ['127.0.0.1', '::1'] })
}
