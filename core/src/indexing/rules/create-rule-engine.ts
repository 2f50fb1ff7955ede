import type { RuleSettings } from '../../domain/rules.ts'
import { readRuleFile } from './read-rule-file.ts'
import { RuleEngine } from './rule-engine.ts'

/** Systems whose file systems take `A` and `a` for one name unless formatted otherwise, as git assumes there too. */
const ignoreCase = process.platform === 'darwin' || process.platform === 'win32'

/** The rules of a tree on this machine's disk, made in this one way so that scan, watcher and `index explain` agree. */
export function createRuleEngine({ settings, root }: { settings: RuleSettings; root: string }): RuleEngine {
  return new RuleEngine({ settings, root, readFile: readRuleFile, ignoreCase })
}
