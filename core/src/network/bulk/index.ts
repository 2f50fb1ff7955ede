export { BulkListener, dialBulk, type Expected } from './carrier.ts'
export {
  CHUNK_BYTES,
  decodeRequest,
  encodeReply,
  encodeRequest,
  HASH_BYTES,
  type Reply,
  type ReplyHead,
  type Request,
  REQUEST_BYTES,
} from './frames.ts'
export { freePort } from './punch.ts'
export { ReplyReader } from './reply-reader.ts'
export { makeSessionKey, type SessionKey } from './session-key.ts'
