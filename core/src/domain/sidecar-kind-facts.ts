/** The facts about a kind of sidecar that the engine, the command line and the page need without its generator. */
export interface SidecarKindFacts {
  /** Stands for the kind in the database. Never changed, and never reused for another kind. Less than 16. */
  readonly number: number
  /** The folder of the kind below the folder of a content: lower case letters and `_`. */
  readonly folder: string
  /** English name in lists and settings. */
  readonly label: string
  /** English name of the phase of a job that makes the kind. Fits into 22 columns. */
  readonly phase: string
  /** The default choice on each sort of device: `on`, `off`, or variants joined by `+`. */
  readonly usual: { readonly desktop: string; readonly mobile: string }
  /** Higher first: visible sidecars, then searchable ones, then those that no user waits for. */
  readonly priority: number
  /** `text`: search reads the words in `default.json`. `vectors`: search by meaning compares the vectors. */
  readonly search: 'text' | 'vectors' | null
  /** The part of the page that shows `default.json` in the inspector: its pages, or its lines with times. */
  readonly preview: 'pages' | 'lines' | null
  /** `user`: files of the user that belong to another file, such as the video of a Live Photo. */
  readonly origin: 'generated' | 'user'
}
