import { once } from 'node:events'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { BulkListener, dialBulk } from './carrier.ts'
import { makeSessionKey } from './session-key.ts'

const { signal } = new AbortController()
const channel = '0123456789abcdef0123456789abcdef'

test('who sits in between knows the name of a channel, and is let in by neither side without its key', async () => {
  const [alice, bob, mallory] = [makeSessionKey(), makeSessionKey(), makeSessionKey()]
  const listener = await BulkListener.open({ port: 0 })
  const addresses = [`127.0.0.1:${listener.port}`]
  const taken: string[] = []
  using _expecting = listener.expect(channel, { own: alice, peerKey: bob.publicKey }, (socket) => {
    taken.push('taken')
    socket.resume()
    socket.end()
  })
  // Mallory claims to be Bob with another key. The handshake may succeed on Mallory's side, but Alice serves nothing.
  const asBob = { own: mallory, peerKey: alice.publicKey }
  const socket = await dialBulk({ addresses, channel, expected: asBob, from: null }, signal).catch(() => null)
  if (socket)
    await new Promise((resolve) =>
      socket
        .on('error', () => {})
        .once('close', resolve)
        .resume(),
    )
  expect(taken).toEqual([])
  // As alice, with another key.
  const toAlice = { own: bob, peerKey: mallory.publicKey }
  await expect(dialBulk({ addresses, channel, expected: toAlice, from: null }, signal)).rejects.toMatchObject({
    code: 'Unavailable',
  })
  const good = await dialBulk(
    { addresses, channel, expected: { own: bob, peerKey: alice.publicKey }, from: null },
    signal,
  )
  await new Promise((resolve) => good.once('close', resolve).resume())
  expect(taken).toContain('taken')
  await listener.close()
})

test('a connection that names no channel gets no answer of any key', async () => {
  const listener = await BulkListener.open({ port: 0 })
  using _expecting = listener.expect(channel, { own: makeSessionKey(), peerKey: makeSessionKey().publicKey }, () => {})
  const socket = connect({ port: listener.port, host: '127.0.0.1', minVersion: 'TLSv1.3', rejectUnauthorized: false })
  await expect(once(socket, 'secureConnect')).rejects.toThrow('handshake failure')
  expect(socket.getPeerX509Certificate()).toBeUndefined()
  await listener.close()
})
