import type { RuleSettings } from '../../domain/rules.ts'
import { readRuleFile } from './read-rule-file.ts'
import { RuleEngine } from './rule-engine.ts'

/**
 * On these systems, file systems treat `A` and `a` as one name unless they were formatted otherwise. git assumes the
 * same.
 */
const ignoreCase = process.platform === 'darwin' || process.platform === 'win32'

/**
 * Creates the rules for a folder on this device's disk. Scan, watcher and `index explain` all use this function, so
 * they agree.
 */
export function createRuleEngine({ settings, root }: { settings: RuleSettings; root: string }): RuleEngine {
  return new RuleEngine({ settings, root, readFile: readRuleFile, ignoreCase })
}
