/** What is heard on the local network. */
export interface Heard {
  /** The strings of one TXT record of our service. */
  readonly texts: readonly Uint8Array[]
  /** IP address it came from. */
  readonly source: string
}

/** Packets to and from everyone on the local networks. Nothing that comes from it is to be trusted. */
export interface LanChannel extends AsyncDisposable {
  /** Sends records to everyone, each in a packet of its own. */
  tell(records: readonly (readonly string[])[]): void
  /** Asks everyone to tell theirs. */
  ask(): void
  /** One listener of each. */
  listen(listeners: { heard: (heard: Heard) => void; asked: () => void; changed: () => void }): void
  /** Why nothing is heard or sent, or only on some interfaces; null: all is well. */
  problem(): string | null
}
