import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../util/logger.ts'
import { GatewayDecoy } from './gateway-decoy.ts'

const isLinux = process.platform === 'linux'

/** Searches for a router on loopback. Prints the first answer within a second, or nothing. */
const script = `
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (message) => { process.stdout.write(message); process.exit() })
socket.bind(0, '127.0.0.1', () => {
  socket.setMulticastInterface('127.0.0.1')
  socket.send('M-SEARCH * HTTP/1.1\\r\\n\\r\\n', 1900, '239.255.255.250')
})
setTimeout(() => process.exit(), 1_000)`

test.skipIf(!isLinux)(
  'a search of this process finds a router that refuses; a search of another one finds nothing',
  async () => {
    await using decoy = await GatewayDecoy.open(silentLogger)
    expect(decoy).not.toBeNull()
    const socket = createSocket('udp4')
    const answered = once(socket, 'message')
    socket.bind(0, '127.0.0.1', () => {
      socket.setMulticastInterface('127.0.0.1')
      socket.send('M-SEARCH * HTTP/1.1\r\n\r\n', 1_900, '239.255.255.250')
    })
    const [message] = (await answered) as [Buffer]
    socket.close()
    const url = /^LOCATION: (.+)\r$/m.exec(message.toString())![1]!
    const router = await (await fetch(url)).text()
    expect(router).toContain('WANIPConnection:1')
    const refused = await fetch(new URL(/<controlURL>(.+)<\/controlURL>/.exec(router)![1]!, url), {
      method: 'POST',
      body: 'x',
    })
    expect(refused.status).toBe(500)
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
    expect(stdout).not.toContain('Spacedrive')
  },
)
