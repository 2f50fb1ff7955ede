import { z } from 'zod'

/** The named rules, in the order in which they are checked. If several reject an entry, the first one is reported. */
export const ruleNames = ['system', 'git', 'dev', 'hidden', 'gitignore', 'spacedriveignore', 'only-images'] as const
export const RuleName = z.enum(ruleNames)
export type RuleName = z.infer<typeof RuleName>

/** Limit on globs: far more than a user writes. Long lists belong in a `.spacedriveignore`. */
const MAX_GLOBS = 1_000
/** Limit on the length of a glob: the longest path that Linux accepts in one call (`PATH_MAX`). */
const MAX_GLOB_LENGTH = 4_096

/** The rules of a location. */
export const RuleSettings = z.object({
  names: z.array(RuleName).readonly(),
  /**
   * Patterns in `.gitignore` syntax, relative to the location's root. `!pattern` accepts entries that an earlier
   * pattern rejected.
   */
  globs: z
    .array(
      z
        .string()
        .min(1)
        .max(MAX_GLOB_LENGTH)
        .regex(/^[^\n\0]*$/, 'a glob is one line'),
    )
    .max(MAX_GLOBS)
    .readonly(),
})
export type RuleSettings = z.infer<typeof RuleSettings>

/** The default rules. `hidden` is off, because hidden files can be the user's own files too. */
export const defaultRules: RuleSettings = {
  names: ['system', 'git', 'dev', 'gitignore', 'spacedriveignore'],
  globs: [],
}

/** A rule that excludes an entry from the index. */
export const Rule = z.object({
  /** A `RuleName`; `custom` for a glob of a location; `library` for the folder of a library. */
  name: z.string(),
  /** `built-in`, `location`, or the absolute path of the file that contains the pattern. */
  source: z.string(),
  pattern: z.string(),
})
export type Rule = z.infer<typeof Rule>
