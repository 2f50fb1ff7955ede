import type { MessagePort } from 'node:worker_threads'
import type { ContentId } from '../../../domain/index.ts'
import type { ErrorCode } from '../../../util/errors.ts'
import type { SessionKey } from '../../bulk/index.ts'
import type { Preserve } from '../transfer-rows.ts'
import type { FetchResult } from './fetch-item.ts'
import type { LeftOut, SourceItem } from './walk-source.ts'

/** Where the files of a fetch go. */
export type Destination =
  /** Below this folder, under names that are free and safe there. */
  | { readonly folder: Uint8Array }
  /** One absolute path for each item. */
  | { readonly targets: readonly Uint8Array[]; readonly expected: readonly (Uint8Array | null)[] }

/** A file or folder that could not keep its name here. */
export interface Renamed {
  /** Names from the top folder down, as on the sending device. */
  readonly names: readonly Uint8Array[]
  readonly target: Uint8Array
}

/** What the main thread asks of the transfer thread, by name: what it says, and what it is answered. */
export interface TransferQuestions {
  /** Walks what is to be sent, and keeps it under an id. */
  openSource: [
    {
      readonly source: string
      readonly roots: readonly { readonly path: Uint8Array; readonly name: Uint8Array }[]
      /** The data folder, whose files are left out; null if Spacedrive itself chose the files from it. */
      readonly privateFolder: string | null
    },
    {
      readonly count: number
      readonly files: number
      readonly bytes: number
      readonly leftOut: readonly LeftOut[]
      readonly leftOutCount: number
    },
  ]
  /** As many as go into one message, at least one. */
  sourcePage: [{ readonly source: string; readonly from: number; readonly count: number }, readonly SourceItem[]]
  closeSource: [{ readonly source: string }, null]
  /** Waits for the receiving side, on the port that is answered. */
  serve: [
    {
      readonly channel: string
      readonly source: string
      readonly own: SessionKey
      readonly peerKey: string
      readonly port: number
    },
    { readonly port: number },
  ]
  /** Serves over a port instead. */
  servePort: [{ readonly channel: string; readonly port: MessagePort }, null]
  /** Connects to the receiving side while that connects to this one; answers at once. */
  meet: [{ readonly channel: string; readonly addresses: readonly string[]; readonly from: number }, null]
  closeServing: [{ readonly channel: string }, null]
  /** Plans, or goes on with, what is to be fetched; `folder` is where it is written down. */
  openFetch: [
    {
      readonly fetch: string
      readonly folder: string
      readonly items: readonly SourceItem[]
      readonly destination: Destination
      /** What the one file is compared with before it has its name. */
      readonly content: ContentId | null
      readonly preserve: Preserve
      /** The origin that is written on each file; null: none is written. */
      readonly origin: string | null
    },
    {
      readonly files: number
      readonly bytes: number
      readonly totalFiles: number
      readonly totalBytes: number
      readonly tops: readonly Uint8Array[]
      /** The first files and folders whose names had to be changed. */
      readonly renamed: readonly Renamed[]
    },
  ]
  /** Connects to one of the addresses, and fetches from there until all is done or it ends. */
  fetch: [
    FetchChannel & {
      readonly own: SessionKey
      readonly peerKey: string
      readonly addresses: readonly string[]
      /** The port to connect from where the other side does the same; null: it listens. */
      readonly from: number | null
    },
    null,
  ]
  /** A device that was expected to be one of several sources is none. */
  sourceGone: [{ readonly fetch: string; readonly name: string }, null]
  fetchPort: [FetchChannel & { readonly port: MessagePort }, null]
  /** Ends its channels and keeps what there is; the answer says what that is. */
  closeFetch: [{ readonly fetch: string }, FetchResult]
  /** Removes the parts of a fetch that is not gone on with, and what was written down of it. */
  discardFetch: [{ readonly folder: string }, null]
  /** Bytes a second that leave; null: any number. */
  limit: [{ readonly bytesPerSecond: number | null }, null]
}

export interface FetchChannel {
  readonly fetch: string
  readonly channel: string
  /** Of the device. */
  readonly name: string
  /** What that device has: its numbers may be others than those of the fetch. */
  readonly items: readonly SourceItem[]
  /** So many sources are to agree about the chunks of the one file; 0: there is one alone. */
  readonly compare: number
}

export type TransferVerb = keyof TransferQuestions
export type Asked<V extends TransferVerb> = TransferQuestions[V][0]
export type Answered<V extends TransferVerb> = TransferQuestions[V][1]

export interface TransferRequest<V extends TransferVerb = TransferVerb> {
  readonly id: number
  readonly verb: V
  readonly asked: Asked<V>
}

export type TransferReply =
  | { readonly id: number; readonly answered: unknown }
  | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly message: string } }
  | TransferNews

/** What the thread tells without being asked. */
export type TransferNews =
  | { readonly news: 'progress'; readonly fetch: string; readonly files: number; readonly bytes: number }
  | { readonly news: 'channel-ended'; readonly fetch: string; readonly channel: string }
  | {
      readonly news: 'fetch-ended'
      readonly fetch: string
      readonly error: { readonly code: ErrorCode; readonly message: string } | null
    }
  | { readonly news: 'sent'; readonly channel: string; readonly bytes: number }
  | { readonly news: 'serving-ended'; readonly channel: string }
