import { z } from 'zod'

/** The rules with a name, in the order in which they are asked: the first that rejects an entry is the one told. */
export const ruleNames = ['system', 'git', 'dev', 'hidden', 'gitignore', 'spacedriveignore', 'only-images'] as const
export const RuleName = z.enum(ruleNames)
export type RuleName = z.infer<typeof RuleName>

/** Far more than a person writes by hand; long lists belong into a `.spacedriveignore`. */
const MAX_GLOBS = 1_000
/** The longest path Linux takes in one call (`PATH_MAX`). */
const MAX_GLOB_LENGTH = 4_096

/** Which rules hold in a location. */
export const RuleSettings = z.object({
  names: z.array(RuleName).readonly(),
  /** Patterns as a `.gitignore` in the location's root would hold them; a `!pattern` lets in again what a glob kept out. */
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

/** What holds where nobody chose. A person's hidden files are theirs, so `hidden` is off. */
export const defaultRules: RuleSettings = {
  names: ['system', 'git', 'dev', 'gitignore', 'spacedriveignore'],
  globs: [],
}

/** The rule that keeps an entry out of the index. */
export const Rule = z.object({
  /** A `RuleName`, `custom` for a location's globs, or `library` for a library's own folder. */
  name: z.string(),
  /** `built-in`, `location`, or the absolute path of the file the pattern is in. */
  source: z.string(),
  pattern: z.string(),
})
export type Rule = z.infer<typeof Rule>
