import type { DeviceId } from '../../domain/index.ts'
import type { NetworkDb } from '../db/network-db.ts'

/** The secrets by which paired devices find each other, in `network.db`. A secret is deleted with its device. */
export class DiscoverySecrets {
  readonly #db: NetworkDb

  constructor(db: NetworkDb) {
    this.#db = db
  }

  put(device: DeviceId, secret: Uint8Array): void {
    this.#db.run(
      'insert into discovery_secrets(device, secret) values (?, ?) on conflict(device) do update set secret = excluded.secret',
      device,
      secret,
    )
  }

  /** The secrets of all paired devices that are not blocked. */
  all(): ReadonlyMap<DeviceId, Uint8Array> {
    const rows = this.#db.all<{ device: DeviceId; secret: Uint8Array }>(
      'select device, secret from discovery_secrets join devices using (device) where not blocked',
    )
    return new Map(rows.map(({ device, secret }) => [device, secret]))
  }
}
