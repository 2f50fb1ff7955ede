import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { ofOtherUsers } from './other-users.ts'

const PORT = 7_378
const own = process.geteuid?.() ?? 0

/** A row as Linux writes it, of a client at 127.0.0.1 whose connection goes to `port`. */
function row({ client, port = PORT, user }: { client: number; port?: number; user: number }): string {
  const end = (at: number) => `0100007F:${at.toString(16).toUpperCase().padStart(4, '0')}`
  return `   1: ${end(client)} ${end(port)} 01 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 1 1 0 20 0 0 10 -1`.padEnd(
    149,
  )
}

function socket(client: number) {
  return { localAddress: '127.0.0.1', localPort: PORT, remoteAddress: '127.0.0.1', remotePort: client }
}

test.skipIf(process.platform !== 'linux')(
  'connections of other users are found, also where the table is long, and the table is read to its limit only',
  () => {
    using folder = createTempDir('tables')
    const table = join(folder.path, 'tcp')
    // More than one read takes, so rows are cut into two.
    const others = Array.from({ length: 40_000 }, (_, n) => row({ client: n % 60_000, port: 443, user: own + 1 }))
    const rows = [
      '  sl  local_address rem_address',
      row({ client: 50_001, user: own + 1 }),
      row({ client: 50_002, user: own }),
      ...others,
      row({ client: 50_003, user: own + 1 }),
      ...others,
      row({ client: 50_004, user: own + 1 }),
    ]
    writeFileSync(table, `${rows.join('\n')}\n`)
    const all = [50_001, 50_002, 50_003, 50_004, 50_005].map(socket)
    const found = ofOtherUsers(all, [table, join(folder.path, 'no tcp6')])
    expect(found.map(({ remotePort }) => remotePort)).toEqual([50_001, 50_003])
  },
)
