import { Socket } from 'node:net'
import { READY_FD } from '@spacedrive/client/node'

/** A daemon that never gets ready, and ends when whoever started it no longer waits. */
new Socket({ fd: READY_FD }).on('close', () => process.exit(0)).resume()
