import type { RawName } from '../../util/file-name.ts'

/** Whether a name exists in the folder asked about. */
export type HasName = (name: string) => boolean

/** Says which folders of one tree rules keep out. `Context` is what holds inside a folder. */
export interface FolderFilter<Context = unknown> {
  /** Names whose coming, going or changing alters what holds in the folder they are in and below. */
  readonly ruleNames: ReadonlySet<string>
  /** Names whose coming or going alters which folders beside them are kept out, and whether the one they are in is. */
  readonly evidenceNames: ReadonlySet<string>
  /** What holds inside a folder, given what holds inside the one above it; null for the root. */
  enter(above: Context | null, dir: RawName, has: HasName): Context
  /** Whether two contexts of one folder let in the same. */
  isSame(before: Context | null, now: Context | null): boolean
  /** Whether what it lets in, there and below, would be the same were the folder elsewhere. */
  isAnywhere(inside: Context): boolean
  /** Whether the folder `name` in `dir` is kept out; `inside` is what holds inside `dir`. */
  hides(inside: Context, dir: RawName, name: RawName, has: HasName): boolean
}
