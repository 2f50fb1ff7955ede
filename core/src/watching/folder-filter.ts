import type { RawName } from '../util/file-name.ts'

/** Whether a name exists in the folder in question. */
export type HasName = (name: string) => boolean

/** Decides which folders of a tree the rules exclude. `Context` holds the rules that apply inside a folder. */
export interface FolderFilter<Context = unknown> {
  /** Names of rule files: adding, removing or changing one alters the rules in its folder and below. */
  readonly ruleNames: ReadonlySet<string>
  /** Names whose appearance or removal decides whether sibling folders, or their parent folder, are excluded. */
  readonly evidenceNames: ReadonlySet<string>
  /** Makes the context of a folder from the context of its parent. `above` is null for the root. */
  enter(above: Context | null, dir: RawName, has: HasName): Context
  /** Whether two contexts of one folder accept the same entries. */
  isSame(before: Context | null, now: Context | null): boolean
  /** Whether the context would accept the same entries, in the folder and below, if the folder were elsewhere. */
  isAnywhere(inside: Context): boolean
  /** Whether the folder `name` in `dir` is excluded; `inside` is the context of `dir`. */
  hides(inside: Context, dir: RawName, name: RawName, has: HasName): boolean
}
