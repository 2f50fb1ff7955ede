import { execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../util/logger.ts'
import { GatewayDecoy } from './gateway-decoy.ts'

const isLinux = process.platform === 'linux'
/** Far more than the decoy needs, one or two, because the machine may be busy. */
const MAX_DELAY_MS = 60_000
/** A packet is lost where a reader that has no time for it has as many others; then it is sent again. */
const AGAIN_MS = 1_000

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
    expect(decoy.problem).toBeNull()
    const url = /^LOCATION: (.+)\r$/m.exec(await search())![1]!
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

/** Searches without an end, as any user of this machine can. */
const flood = `
const socket = require('node:dgram').createSocket('udp4')
socket.bind(0, '127.0.0.1', () => {
  socket.setMulticastInterface('127.0.0.1')
  const more = () => {
    for (let i = 0; i < 50; i++) socket.send('M-SEARCH * HTTP/1.1\\r\\n\\r\\n', 1900, '239.255.255.250')
  }
  more()
  setInterval(more, 5)
  console.log('flooding')
})`

test.skipIf(!isLinux)('a search of this process is answered while another program floods the group', async () => {
  await using decoy = await GatewayDecoy.open(silentLogger)
  expect(decoy.problem).toBeNull()
  const child = spawn(process.execPath, ['-e', flood], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    for (let i = 0; i < 20; i++) expect(await search()).toContain('Spacedrive')
  } finally {
    child.kill('SIGKILL')
  }
})

/** The first answer to a search on loopback. */
async function search(): Promise<string> {
  const socket = createSocket('udp4')
  let again: NodeJS.Timeout | undefined
  try {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(MAX_DELAY_MS) })
    const ask = () => socket.send('M-SEARCH * HTTP/1.1\r\n\r\n', 1_900, '239.255.255.250')
    socket.bind(0, '127.0.0.1', () => {
      socket.setMulticastInterface('127.0.0.1')
      ask()
      again = setInterval(ask, AGAIN_MS)
    })
    const [message] = (await answered) as [Buffer]
    return message.toString()
  } finally {
    clearInterval(again)
    socket.close()
  }
}
