import { sep } from 'node:path'
import type { RuleSettings } from '../domain/rules.ts'
import { createRuleEngine, type RuleContext } from '../indexing/rules/index.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import type { FolderFilter } from './folder-filter.ts'

/**
 * Rule files that apply to everything below their folder. All other rule names of the engine only decide about the
 * folders beside them.
 */
const listNames = ['.git', '.gitignore', '.spacedriveignore']

/** The folder rules of a location, from the same engine that the indexer uses. */
export function createRuleFilter({ path, rules }: { path: RawName; rules: RuleSettings }): FolderFilter<RuleContext> {
  const engine = createRuleEngine({ settings: rules, root: slashed(path) })
  const lists = new Set(listNames.filter((name) => engine.ruleNames.has(name)))
  return {
    ruleNames: lists,
    evidenceNames: new Set([...engine.ruleNames].filter((name) => !lists.has(name))),
    enter: (above, dir, has) => engine.enter(above ?? engine.rootContext(), slashed(dir), has),
    isSame: (before, now) => before !== null && now !== null && isSameContext(before, now),
    isAnywhere: ({ git, spacedrive }) => rules.globs.length + git.length + spacedrive.length === 0,
    hides: (inside, dir, name, has) => engine.match(inside, slashed(dir), displayName(name), true, has) !== null,
  }
}

/** Lists are compared as objects: the engine returns the same object while a rule file has the same bytes. */
function isSameContext(a: RuleContext, b: RuleContext): boolean {
  return (
    a === b || (a.inWorkTree === b.inWorkTree && isSameLayers(a.git, b.git) && isSameLayers(a.spacedrive, b.spacedrive))
  )
}

function isSameLayers(a: RuleContext['git'], b: RuleContext['git']): boolean {
  return a.length === b.length && a.every((layer, i) => layer.list === b[i]?.list && layer.base === b[i]?.base)
}

function slashed(path: RawName): string {
  return sep === '/' ? displayName(path) : displayName(path).replaceAll(sep, '/')
}
