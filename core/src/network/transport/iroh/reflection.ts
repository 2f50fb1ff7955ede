import type { Connection } from '@number0/iroh'
import type { PeerKey } from '../../../domain/index.ts'
import { arrayToText, textToArray } from './byte-array.ts'

/** The protocol of the reflector: it opens one stream, sends the address that it sees, and ends the stream. */
export const REFLECT_ALPN = 'spacedrive/reflect/1'
/** Longest answer, in bytes. The longest address is `[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535`. */
const MAX_ADDRESS_BYTES = 64

export interface ReflectorPlace {
  readonly key: PeerKey
  readonly address: string
}

export async function readReflection(connection: Connection): Promise<string> {
  try {
    const stream = await connection.acceptUni()
    return arrayToText(await stream.readToEnd(MAX_ADDRESS_BYTES))
  } finally {
    connection.close(0n, textToArray('seen'))
  }
}

/** Resolves when the other side has received the address, or has gone. */
export async function writeReflection(connection: Connection, address: string): Promise<void> {
  const stream = await connection.openUni()
  await stream.writeAll(textToArray(address))
  await stream.finish()
  await connection.closed()
}
