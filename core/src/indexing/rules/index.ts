export { defaultRules, type Rule } from '../../domain/rules.ts'
export type { RuleContext } from './ignore-files.ts'
export { readRuleFile } from './read-rule-file.ts'
export { type HasName, RuleEngine, type RuleEngineOptions } from './rule-engine.ts'
