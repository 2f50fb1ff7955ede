import { ContentHasher } from '../../../content/content-hash.ts'
import { isContent } from '../../../content/content-id.ts'
import type { ContentId } from '../../../domain/index.ts'
import { CoreError } from '../../../util/errors.ts'

/** Compares a received file with the requested content id. */
export class ContentCheck {
  readonly contentId: ContentId
  readonly #hasher: ContentHasher

  private constructor(contentId: ContentId, hasher: ContentHasher) {
    this.contentId = contentId
    this.#hasher = hasher
  }

  static async load(contentId: ContentId): Promise<ContentCheck> {
    return new ContentCheck(contentId, await ContentHasher.load())
  }

  /**
   * Whether the file at `path` has the expected content. `full` is its BLAKE3; its samples are read here. Throws
   * `Unavailable` if they cannot be read.
   */
  holds(path: Buffer, full: Uint8Array): boolean {
    const result = this.#hasher.sampled(path)
    if ('hash' in result) return isContent(this.contentId, { sampled: result.hash, full })
    const why = result.state === 'failed' ? result.message : 'something else has written to it'
    // The sender is not at fault, so the file is fetched again.
    throw new CoreError('Unavailable', `cannot compare the received file with the requested content: ${why}`)
  }
}
