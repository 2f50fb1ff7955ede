import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { NetworkDb } from './db/network-db.ts'
import type { MakeTransport, NetworkSettings, TransportOptions } from './network-deps.ts'
import { alpns, type Transport } from './transport/transport.ts'

/**
 * Opens the endpoint of this device. If no port is set, it uses the last port, so that other devices find this one
 * there even if both have restarted.
 */
export async function openEndpoint(
  seed: Uint8Array,
  {
    db,
    log,
    makeTransport,
    settings,
  }: { db: NetworkDb; log: Logger; makeTransport: MakeTransport; settings: () => NetworkSettings },
): Promise<Transport> {
  const options = { seed, ...endpointOf(settings()), alpns: [alpns.paired], log }
  const port = options.port === 0 ? (db.get<{ port: number }>('select port from owner')?.port ?? 0) : options.port
  const transport = await makeTransport({ ...options, port }).catch((err: unknown) => {
    const isTaken = err instanceof CoreError && err.code === 'Conflict' && port !== options.port
    if (!isTaken) throw err
    return makeTransport(options)
  })
  const bound = Number(/:(\d+)$/.exec(transport.addresses()[0] ?? '')?.[1] ?? 0)
  if (bound !== port) db.run('update owner set port = ?', bound)
  return transport
}

/** The options of an endpoint that come from the settings. */
export function endpointOf({
  address,
  port,
  relay,
}: Pick<NetworkSettings, 'address' | 'port' | 'relay'>): Pick<TransportOptions, 'port' | 'bind' | 'relay'> {
  return { port, relay: relay === '' ? null : relay, ...(address === '' ? {} : { bind: [address] }) }
}
