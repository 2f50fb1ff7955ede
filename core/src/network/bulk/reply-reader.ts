import {
  CHUNK_BYTES,
  decodeReply,
  decodeReplyHead,
  HASH_BYTES,
  REPLY_HEAD_BYTES,
  type Reply,
  type ReplyHead,
} from './frames.ts'

/** Length of a whole chunk and its hash. */
const FULL_BYTES = HASH_BYTES + CHUNK_BYTES

/**
 * Assembles the replies of a sender from the pieces that arrive. The length of a reply is known and checked before
 * memory is allocated for it.
 */
export class ReplyReader {
  readonly #onHead: (head: ReplyHead) => void
  readonly #onReply: (reply: Reply) => void
  readonly #head = Buffer.alloc(REPLY_HEAD_BYTES)
  #headBytes = 0
  #of: ReplyHead | null = null
  #body: Uint8Array = Buffer.alloc(0)
  #bodyBytes = 0
  readonly #free: Uint8Array[] = []

  /**
   * `onHead` is called with the head of a reply before its body is kept, and throws if the reply was not requested. The
   * receiver owns the bytes of a reply until it gives them to `reuse`.
   */
  constructor({ onHead, onReply }: { onHead: (head: ReplyHead) => void; onReply: (reply: Reply) => void }) {
    this.#onHead = onHead
    this.#onReply = onReply
  }

  /** Throws `InvalidInput` for invalid data, and the errors of `onHead`. The connection must then be closed. */
  push(piece: Uint8Array): void {
    let at = 0
    while (at < piece.length || this.#isComplete()) {
      if (this.#isComplete()) this.#end()
      else if (this.#of) at += this.#fillBody(piece, at)
      else at += this.#fillHead(piece, at)
    }
  }

  /** Keeps the buffer of an unused reply for later replies, because a new buffer costs as much time as the copy. */
  reuse(bytes: Uint8Array): void {
    if (bytes.buffer.byteLength === FULL_BYTES) this.#free.push(new Uint8Array(bytes.buffer))
  }

  #isComplete(): boolean {
    return this.#of !== null && this.#bodyBytes === this.#of.length
  }

  #fillHead(piece: Uint8Array, at: number): number {
    const taken = Math.min(REPLY_HEAD_BYTES - this.#headBytes, piece.length - at)
    this.#head.set(piece.subarray(at, at + taken), this.#headBytes)
    this.#headBytes += taken
    if (this.#headBytes < REPLY_HEAD_BYTES) return taken
    const head = decodeReplyHead(this.#head)
    this.#onHead(head)
    this.#of = head
    this.#body = (head.length === FULL_BYTES ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(head.length)
    this.#bodyBytes = 0
    return taken
  }

  #fillBody(piece: Uint8Array, at: number): number {
    const taken = Math.min(this.#body.length - this.#bodyBytes, piece.length - at)
    this.#body.set(piece.subarray(at, at + taken), this.#bodyBytes)
    this.#bodyBytes += taken
    return taken
  }

  #end(): void {
    const reply = decodeReply(this.#of!, this.#body)
    this.#of = null
    this.#headBytes = 0
    this.#onReply(reply)
  }
}
