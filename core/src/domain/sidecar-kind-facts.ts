/**
 * The facts about a kind of sidecar that the engine, the command line and the page need without loading its
 * generator.
 */
export interface SidecarKindFacts {
  /** The number of the kind in the database, less than 16. It never changes, and is never reused for another kind. */
  readonly number: number
  /** The name of the kind's folder, which is in the folder of a content: lower-case letters and `_`. */
  readonly folder: string
  /** English name in lists and settings. */
  readonly label: string
  /** English name of the phase in which a job makes this kind. At most 22 characters. */
  readonly phase: string
  /** The default choice on each device profile: `on`, `off`, or variants joined by `+`. */
  readonly usual: { readonly desktop: string; readonly mobile: string }
  /**
   * The higher the priority, the earlier: first visible sidecars, then searchable ones, then those that no user waits
   * for.
   */
  readonly priority: number
  /** How search uses it. `text`: it searches the words in `default.json`. `vectors`: it compares the vectors. */
  readonly search: 'text' | 'vectors' | null
  /** How the inspector shows `default.json`: as pages, or as lines with times. */
  readonly preview: 'pages' | 'lines' | null
  /** `user` for the user's own files that belong to another file, such as the video of a Live Photo. */
  readonly origin: 'generated' | 'user'
}
