import { once } from 'node:events'
import type { OpenTransport } from '@spacedrive/client'
import { type ClientOptions, WebSocket } from 'ws'

/** A way to the daemon as a browser has it, with whatever headers. */
export function webSocketTransport(url: string, options: ClientOptions = {}): OpenTransport {
  return async (listener) => {
    const socket = new WebSocket(url, options)
    socket.on('message', (data) => listener.onFrame((data as Buffer).toString('utf8')))
    socket.on('close', (code) => listener.onClose(new Error(`closed with ${code}`)))
    await once(socket, 'open')
    return { send: (frame) => socket.send(frame), close: () => socket.close() }
  }
}
