/** A record received on the local network. */
export interface Heard {
  /** The strings of one TXT record of the Spacedrive service. */
  readonly texts: readonly Uint8Array[]
  /** IP address of the sender. */
  readonly source: string
}

/** Sends packets to all devices on the local networks and receives theirs. Received data is not trustworthy. */
export interface LanChannel extends AsyncDisposable {
  /** Sends records to all devices, each in a separate packet. */
  tell(records: readonly (readonly string[])[]): void
  /** Asks all devices to send their records. */
  ask(): void
  /** Sets the listeners. Only one of each is kept. */
  listen(listeners: { heard: (heard: Heard) => void; asked: () => void; changed: () => void }): void
  /** The reason why nothing, or only some interfaces, can be heard or sent on; null: there is no problem. */
  problem(): string | null
}
