import { z } from 'zod'

/** The version of the file's form; see `migrations.ts`. */
export const CONFIG_VERSION = 1

/** What can be set, with its default. Every key is used somewhere: `config explain` shows the description. */
export const Config = z.object({
  log: z
    .object({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('how much the daemon writes to its log'),
      maxBytes: z.int().min(65_536).default(10_485_760).describe('size at which a log file is rotated, in bytes'),
      files: z.int().min(1).max(100).default(5).describe('how many rotated log files are kept'),
    })
    .prefault({}),
  watch: z
    .object({
      enabled: z.boolean().default(true).describe('keep up with changes as they happen'),
      debounceMs: z
        .int()
        .min(10)
        .max(10_000)
        .default(100)
        .describe('how long a burst of changes must be quiet, in milliseconds'),
    })
    .prefault({}),
  indexing: z
    .object({
      walkers: z.int().min(1).max(16).default(2).describe('threads that walk folders'),
      hashers: z.int().min(1).max(16).default(2).describe('threads that read files to identify their content'),
    })
    .prefault({}),
  jobs: z
    .object({
      keepEnded: z.int().min(0).max(100_000).default(1_000).describe('how many ended jobs stay listed'),
    })
    .prefault({}),
  volumes: z
    .object({
      refreshMs: z
        .int()
        .min(1_000)
        .default(30_000)
        .describe('how often space and mounts are looked at, in milliseconds'),
    })
    .prefault({}),
})
export type Config = z.infer<typeof Config>

/** One setting: its dotted key, its schema and what it does. */
export interface Setting {
  readonly key: string
  readonly group: string
  readonly name: string
  readonly schema: z.ZodType
  readonly summary: string
}

/** Groups that take effect at once; the engine reads the others when it starts. */
const LIVE_GROUPS: ReadonlySet<string> = new Set(['log'])

/** Whether a change takes effect without a restart. */
export function isLive({ group }: Setting): boolean {
  return LIVE_GROUPS.has(group)
}

/** Every setting, in the order they are declared. */
export const settings: readonly Setting[] = Object.entries(Config.shape).flatMap(([group, wrapped]) =>
  Object.entries(wrapped.unwrap().shape).map(([name, schema]) => ({
    key: `${group}.${name}`,
    group,
    name,
    schema: schema as z.ZodType,
    summary: (schema as z.ZodType).description ?? '',
  })),
)
