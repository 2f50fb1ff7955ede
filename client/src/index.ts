export {
  type ActionName,
  type CallOptions,
  Client,
  type InputOf,
  type OpenTransport,
  type OutputOf,
  type QueryName,
  type SubscribeOptions,
  type Subscription,
  type Transport,
  type TransportListener,
} from './client.ts'
export { ClientError, type ClientErrorOptions, ConnectionLostError } from './client-error.ts'
export {
  type EventFilter,
  type EventParams,
  type Hello,
  type HelloParams,
  methods,
  type Missed,
  type Notification,
  PROTOCOL,
  type Request,
  type RequestId,
  type Response,
  type Subscribed,
  type SubscribeParams,
  type WireError,
} from './protocol.ts'
export { type StandardSocket, webSocketTransport } from './web-socket-transport.ts'
