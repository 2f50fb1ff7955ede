import type { Asker } from './asker.ts'

/** Receives the documents of one client. */
export interface CarrierListener {
  onFrame(frame: string): void
  /** The client sends a document that is larger than any may be; nothing comes after it. */
  onTooLong(): void
  /** Called once, when the client is gone. */
  onClosed(): void
}

/** Carries whole JSON documents between the daemon and one client: a socket with one document per line, or a WebSocket. */
export interface Carrier {
  readonly kind: 'socket' | 'websocket'
  /** The client. */
  readonly asker: Asker
  /** Call it once, before all other methods. */
  open(listener: CarrierListener): void
  /** Sends a piece of a document; the pieces of one come after each other. `onWritten`: the system has taken it. */
  write(piece: Buffer, isLast: boolean, onWritten: () => void): void
  /** Stops reading from the client until `resume`; its data waits on its side. */
  pause(): void
  resume(): void
  /** Stops reading for good; received data is dropped, too. */
  stopReading(): void
  /** Closes after the client has read all sent data, or after so many milliseconds. */
  end(farewellMs: number): void
  destroy(): void
}
