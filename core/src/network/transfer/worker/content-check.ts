import { ContentHasher } from '../../../content/content-hash.ts'
import { isContent } from '../../../content/content-id.ts'
import type { ContentId } from '../../../domain/index.ts'
import { CoreError } from '../../../util/errors.ts'

/** Compares a file that has come with the content it was asked for as. */
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

  /** `full` is the BLAKE3 of all that is at `path`; its samples are read. Throws `Unavailable` where they cannot be. */
  holds(path: Buffer, full: Uint8Array): boolean {
    const result = this.#hasher.sampled(path)
    if ('hash' in result) return isContent(this.contentId, { sampled: result.hash, full })
    const why = result.state === 'failed' ? result.message : 'something else has written to it'
    // What has come is not the fault of who sent it, and is asked for again.
    throw new CoreError('Unavailable', `what was received cannot be compared with what was asked for: ${why}`)
  }
}
