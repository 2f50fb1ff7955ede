import { createInterface } from 'node:readline'
import { Core } from '@spacedrive/core'
import { DeviceCard } from '../core/src/network/index.ts'
import { z } from 'zod'

/** One of two devices that the soak program kills: it sends a file, or receives it, until it is told to end. */
const [, , dataDir = '', role = '', file = '', bytesPerSecond = '0'] = process.argv
const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
await using core = await Core.open({ dataDir, generators: [] })
await core.config.set('network.discovery', 'false')
await core.config.set('network.address', '127.0.0.1')
await core.config.set('network.maxBytesPerSecond', bytesPerSecond)
const { network } = core
if (role === 'send') {
  network.transfers.resolve({
    kind: 'soak',
    spec: z.object({}),
    resolve: async () => ({ roots: [{ path: Buffer.from(file), name: Buffer.from('soak.bin') }], title: 'soak' }),
  })
}
network.transfers.onChange(({ bytes, direction, error, id, state }) =>
  tell({ id, direction, state, bytes: bytes.done, error }),
)
await network.start()
tell({ card: network.card() })
for await (const line of createInterface(process.stdin)) {
  const other = DeviceCard.parse(JSON.parse(line))
  network.registry.add(other)
  const [known] = network.transfers.list()
  if (role === 'receive' && !known) {
    network.transfers.start({
      devices: [other.id],
      kind: 'soak',
      spec: {},
      title: 'soak',
      folder: file,
      preserve: 'nothing',
    })
  }
  // What had ended before it was killed is told again.
  if (known?.state === 'completed') {
    tell({ id: known.id, direction: 'in', state: known.state, bytes: known.bytes.done, error: null })
  }
}
