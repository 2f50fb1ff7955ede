import type { Connection } from '@number0/iroh'
import type { PeerKey } from '../../../domain/index.ts'
import { arrayToText, textToArray } from './byte-array.ts'

/** One stream from the reflector, with the address it sees, and then the end. */
export const REFLECT_ALPN = 'spacedrive/reflect/1'
/** `[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535`, and a little. */
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

/** Resolves once the other side has it, or has gone. */
export async function writeReflection(connection: Connection, address: string): Promise<void> {
  const stream = await connection.openUni()
  await stream.writeAll(textToArray(address))
  await stream.finish()
  await connection.closed()
}
