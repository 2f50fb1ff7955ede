import type { Asker } from './asker.ts'

/** Hears what comes from one client. */
export interface CarrierListener {
  onFrame(frame: string): void
  /** The client sends a document that is larger than any may be; nothing comes after it. */
  onTooLong(): void
  /** Called once, when the client is gone. */
  onClosed(): void
}

/** What carries whole JSON documents between the daemon and one client: a socket with a document a line, a WebSocket. */
export interface Carrier {
  readonly kind: 'socket' | 'websocket'
  /** The client. */
  readonly asker: Asker
  /** Called once, before anything else. */
  open(listener: CarrierListener): void
  /** Sends a piece of a document; the pieces of one come after each other. `onWritten`: the system has taken it. */
  write(piece: Buffer, isLast: boolean, onWritten: () => void): void
  /** The client is not listened to until `resume`; what it sends waits on its side. */
  pause(): void
  resume(): void
  /** Nothing is heard any more, not even what has come already. */
  stopReading(): void
  /** Closes once the client has read what it was sent; one that does not read is waited for so many milliseconds. */
  end(farewellMs: number): void
  destroy(): void
}
