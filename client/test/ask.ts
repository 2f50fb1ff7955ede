import { connect } from '@spacedrive/client/node'

/** A command: connects to the daemon of the data folder it is given, starting it where none runs, and says who answered. */
const { client, startedDaemon } = await connect({ dataDir: process.argv[2], start: 'auto' })
const { pid } = await client.query('system.status', {})
client[Symbol.dispose]()
process.stdout.write(JSON.stringify({ pid, startedDaemon }))
