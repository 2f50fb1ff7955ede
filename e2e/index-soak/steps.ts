/**
 * What the soak does to the disk. A path is relative to the two folders of the soak, `E` and `T`, and holds bytes: each
 * character is one byte (latin1), because names on a disk need not be text.
 */
export type Step =
  /** Writes a file anew, creates it, or appends to it. Files with one seed and size have the same bytes. */
  | { readonly op: 'write'; readonly path: string; readonly bytes: number; readonly seed: number }
  | { readonly op: 'append'; readonly path: string; readonly bytes: number; readonly seed: number }
  /** Writes a small picture, of which thumbnails are made. */
  | { readonly op: 'picture'; readonly path: string; readonly seed: number }
  | { readonly op: 'truncate'; readonly path: string; readonly bytes: number }
  | { readonly op: 'mkdir'; readonly path: string }
  | { readonly op: 'fifo'; readonly path: string }
  | { readonly op: 'symlink'; readonly path: string; readonly target: string }
  | { readonly op: 'link'; readonly from: string; readonly to: string }
  /** Removes a file, or a folder with everything in it. */
  | { readonly op: 'remove'; readonly path: string }
  /** Replaces a file that already has the new name. */
  | { readonly op: 'rename'; readonly from: string; readonly to: string }
  | { readonly op: 'exchange'; readonly from: string; readonly to: string }
  /** Copies a file with its times: together with a removal, what `mv` does between two volumes. */
  | { readonly op: 'copy'; readonly from: string; readonly to: string }
  | { readonly op: 'mode'; readonly path: string; readonly mode: number }
  | { readonly op: 'touch'; readonly path: string; readonly mtimeMs: number }

/** What happens beside the changes of the disk. */
export type Event =
  | { readonly op: 'wait'; readonly ms: number }
  | { readonly op: 'kill' }
  | { readonly op: 'start' }
  /** Asks the daemon for something and does not wait for the answer. */
  | { readonly op: 'ask'; readonly method: string; readonly input: Readonly<Record<string, unknown>> }
  /** The changes stop, and the index is compared with the disk. `nestedAway`: the nested location stays where it was moved. */
  | { readonly op: 'quiet'; readonly nestedAway: boolean }

export type Item = Step | Event

const events: ReadonlySet<string> = new Set<Event['op']>(['wait', 'kill', 'start', 'ask', 'quiet'])

export function isStep(item: Item): item is Step {
  return !events.has(item.op)
}
