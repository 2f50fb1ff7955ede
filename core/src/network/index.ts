export { type Clock, systemClock } from './clock.ts'
export { Network } from './network.ts'
export type { MakeTransport, NetworkDeps, NetworkSettings, TransportOptions } from './network-deps.ts'
export { type LanChannel, MulticastChannel } from './discovery/index.ts'
export { IrohTransport } from './transport/iroh/iroh-transport.ts'
export type { Peer, Peers, Protocol, ProtocolHandler } from './wire/protocol.ts'
export type { Answers, Question, Rpc } from './wire/rpc.ts'
export type { FrameStream } from './wire/frame-stream.ts'
export { grantFolders, type GrantInput } from './grants/grant-folders.ts'
export { receiveFolder, sharedFolders } from './receive-folder.ts'
export { DeviceCard } from './registry/device-card.ts'
export type { PairedDevice } from './registry/paired-device.ts'
export type { Membership, ShownMember } from './membership/index.ts'
export type { PrefetchSettings } from './sidecars/index.ts'
export { locate, type Located } from './address/index.ts'
export {
  Browse,
  fileResolvers,
  type HeldFile,
  type KnownFile,
  type Holder,
  type Listing,
  MAX_PATHS,
  pathText,
  type Piece,
  rawPathOf,
  READ_BYTES,
  readPiece,
  type RemoteFile,
  type RemoteThumbInput,
  ServedBrowse,
  type ServedFiles,
  type ServedThumb,
  type Subject,
} from './browse/index.ts'
export { CONTENT_KIND } from './transfer/index.ts'
