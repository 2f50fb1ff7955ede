/** The reasons for dropped packets and refused connections. */
export type DropReason = 'queue full' | 'receiver not here' | 'malformed'
export type RefusalReason = 'token' | 'key' | 'signature' | 'clients' | 'connections of one address' | 'too slow'

/** The counts of a relay. They never show which devices communicate. */
export class RelayMetrics {
  #connections = 0
  #packets = 0
  #bytes = 0
  #waits = 0
  readonly #dropped = new Map<DropReason, number>()
  readonly #refused = new Map<RefusalReason, number>()

  connected(): void {
    this.#connections++
  }

  forwarded(bytes: number): void {
    this.#packets++
    this.#bytes += bytes
  }

  waited(): void {
    this.#waits++
  }

  dropped(reason: DropReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1)
  }

  refused(reason: RefusalReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
  }

  /** The counts in the text format of Prometheus 0.0.4. */
  text({ clients, notices }: { clients: number; notices: number }): string {
    return [
      ...metric('gauge', 'spacedrive_relay_clients', 'Devices that are connected.', [['', clients]]),
      ...metric('gauge', 'spacedrive_relay_notices', 'Notices that hang at the rendezvous.', [['', notices]]),
      ...metric('counter', 'spacedrive_relay_connections_total', 'Devices let in.', [['', this.#connections]]),
      ...metric('counter', 'spacedrive_relay_packets_total', 'Packets passed on.', [['', this.#packets]]),
      ...metric('counter', 'spacedrive_relay_bytes_total', 'Bytes passed on.', [['', this.#bytes]]),
      ...metric('counter', 'spacedrive_relay_waits_total', 'Times a device was held to its rate.', [['', this.#waits]]),
      ...metric('counter', 'spacedrive_relay_dropped_total', 'Packets not passed on.', labelled(this.#dropped)),
      ...metric('counter', 'spacedrive_relay_refused_total', 'Connections not let in.', labelled(this.#refused)),
      '',
    ].join('\n')
  }
}

function metric(type: 'gauge' | 'counter', name: string, help: string, values: readonly (readonly [string, number])[]) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values.map(([label, n]) => `${name}${label} ${n}`)]
}

function labelled(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].map(([reason, count]) => [`{reason="${reason}"}`, count])
}
