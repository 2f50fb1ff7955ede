import type { Rule, RuleName, RuleSettings } from '../../domain/rules.ts'
import { CoreError } from '../../util/errors.ts'
import { gitFolderOf, join, type ReadFile } from './git-work-tree.ts'
import { EMPTY_CONTEXT, IgnoreFiles, type Layer, type RuleContext, withoutGit } from './ignore-files.ts'
import { type AskedName, IgnoreList, type IgnoreListHere } from './ignore-list.ts'
import { foldCase } from './ignore-pattern.ts'
import { NamedRules } from './named-rules.ts'

export interface RuleEngineOptions {
  readonly settings: RuleSettings
  /** The location's root: absolute, with `/` between names on every system. */
  readonly root: string
  /** Reads a small file completely; null if it does not exist, is too big, or is not a regular file. */
  readonly readFile: ReadFile
  /** Compare names as the file system does (`core.ignorecase` of git). False by default. */
  readonly ignoreCase?: boolean
}

/** Whether the folder contains a name. Each listing of a folder passes its own function. */
export type HasName = (name: string) => boolean

/**
 * Decides which entries stay out of the index, in the same way for scan, watcher, browsing and `index explain`. A
 * caller walks down from the root: it calls `rootContext`, then `enter` for the inside of each folder, then `match`
 * for each entry in it. It does not enter rejected folders. Folders are absolute paths with `/` between names. The
 * engine only reads files, synchronously.
 */
export class RuleEngine {
  /**
   * A text that changes if the rules may give other results: after a change of the settings or of the built-in rules.
   */
  readonly version: string
  /**
   * If an entry with such a name appears, changes or disappears, the result may change for its folder and everything
   * below.
   */
  readonly ruleNames: ReadonlySet<string>
  readonly #root: string
  readonly #readFile: ReadFile
  readonly #ignoreCase: boolean
  readonly #gitignore: boolean
  readonly #spacedriveignore: boolean
  readonly #named: NamedRules
  readonly #files: IgnoreFiles
  readonly #custom: readonly Layer[]
  #rootContext: RuleContext | null = null
  /** Cached for the folder of the last call, because callers ask for all names of a folder in a row. */
  #here: Here = { context: EMPTY_CONTEXT, dir: '', git: [], spacedrive: [], custom: [] }

  constructor({ settings, root, readFile, ignoreCase = false }: RuleEngineOptions) {
    const { names, globs } = settings
    const has = (name: RuleName) => names.includes(name)
    this.#root = root
    this.#readFile = readFile
    this.#ignoreCase = ignoreCase
    this.#gitignore = has('gitignore')
    this.#spacedriveignore = has('spacedriveignore')
    this.#named = new NamedRules({ names, ignoreCase, readFile })
    this.#files = new IgnoreFiles({ readFile, ignoreCase })
    const custom = new IgnoreList(globs, { rule: 'custom', source: 'location', ignoreCase })
    this.#custom = custom.size > 0 ? [{ base: root, list: custom }] : []
    this.ruleNames = new Set([
      ...this.#named.evidenceNames,
      ...(this.#gitignore ? ['.git', '.gitignore'] : []),
      ...(this.#spacedriveignore ? ['.spacedriveignore'] : []),
    ])
    this.version = JSON.stringify([REVISION, names.toSorted(), globs, ignoreCase])
  }

  /**
   * The context that the root inherits from the repository around it. The root itself is entered like any other folder.
   */
  rootContext(): RuleContext {
    return (this.#rootContext ??= this.#gitignore ? this.#outerWorkTree() : EMPTY_CONTEXT)
  }

  /**
   * The context for the inside of `dir`; returns `parent` if `dir` changes nothing. Always reads its ignore files
   * again.
   */
  enter(parent: RuleContext, dir: string, has: HasName): RuleContext {
    if (parent.inWorkTree && dir.endsWith('/.git')) return withoutGit(parent)
    const workTree = this.#gitignore && has('.git') && gitFolderOf(dir, this.#readFile) !== null
    const gitignore = (workTree || parent.inWorkTree) && has('.gitignore')
    const spacedriveignore = this.#spacedriveignore && has('.spacedriveignore')
    if (!workTree && !gitignore && !spacedriveignore) return parent
    return this.#files.extend(parent, dir, { workTree, gitignore, spacedriveignore })
  }

  /** Rebuilds the context of another thread from its anchors. */
  fromAnchors(anchors: readonly string[]): RuleContext {
    return this.#files.fromAnchors(anchors)
  }

  /** The rule that rejects `name` in `dir`, or null. `context` is that of the inside of `dir`. */
  match(context: RuleContext, dir: string, name: string, isDirectory: boolean, siblings: HasName): Rule | null {
    const asked = this.#ask(name, isDirectory)
    const rule = this.#named.match(asked, dir, siblings)
    if (rule) return rule
    const here = this.#hereIn(context, dir)
    return (
      rejection(here.git, asked) ??
      rejection(here.spacedrive, asked) ??
      rejection(here.custom, asked) ??
      this.#named.matchKind(asked)
    )
  }

  /**
   * Finds the rule that excludes `path`, and the path where it applies: `path` itself or a folder above it. Null if
   * `path` is accepted or is the root. `exists` receives absolute paths. Throws `InvalidInput` if the path is not below
   * the root.
   */
  explain(
    path: string,
    isDirectory: boolean,
    exists: (path: string) => boolean,
  ): { readonly path: string; readonly rule: Rule } | null {
    const below = relativePath(this.#root, path)
    if (below === null) throw new CoreError('InvalidInput', `${path} is not in ${this.#root}`)
    const names = below.split('/').filter(Boolean)
    let context = this.rootContext()
    let dir = this.#root
    for (const [i, name] of names.entries()) {
      const at = dir
      const has = (sibling: string) => exists(join(at, sibling))
      context = this.enter(context, dir, has)
      const rule = this.match(context, dir, name, isDirectory || i < names.length - 1, has)
      dir = join(dir, name)
      if (rule) return { path: dir, rule }
    }
    return null
  }

  /**
   * The ignore files between the top of the work tree and the root. If they ignore the root itself, the person who
   * chose the root wants it anyway, so the repository's rules are not used.
   */
  #outerWorkTree(): RuleContext {
    const parents = ancestors(this.#root)
    const top = parents.findLastIndex((dir) => gitFolderOf(dir, this.#readFile) !== null)
    if (top < 0) return EMPTY_CONTEXT
    let context = EMPTY_CONTEXT
    for (const [i, dir] of parents.entries()) {
      if (i < top) continue
      context = this.enter(context, dir, (name) => name === '.git' || name === '.gitignore')
      const name = relativePath(dir, parents[i + 1] ?? this.#root)!
      if (rejection(this.#hereIn(context, dir).git, this.#ask(name, true))) return EMPTY_CONTEXT
    }
    return context
  }

  #ask(name: string, isDirectory: boolean): AskedName {
    const folded = this.#ignoreCase ? foldCase(name) : name
    return { name: folded, isDirectory, lastDot: folded.lastIndexOf('.') }
  }

  #hereIn(context: RuleContext, dir: string): Here {
    if (this.#here.dir === dir && this.#here.context === context) return this.#here
    const at = ({ base, list }: Layer) => list.everywhere ?? list.at(relativePath(base, dir) ?? '')
    this.#here = {
      context,
      dir,
      git: context.git.map(at),
      spacedrive: context.spacedrive.map(at),
      custom: this.#custom.map(at),
    }
    return this.#here
  }
}

/** Increased with every change to the built-in rules. */
const REVISION = 2

/** The ignore lists of a context, prepared for one folder; in each array the nearest list is first. */
interface Here {
  readonly context: RuleContext
  readonly dir: string
  readonly git: readonly IgnoreListHere[]
  readonly spacedrive: readonly IgnoreListHere[]
  readonly custom: readonly IgnoreListHere[]
}

/** The first list with a matching pattern decides, even if the pattern accepts the entry. */
function rejection(lists: readonly IgnoreListHere[], asked: AskedName): Rule | null {
  for (const here of lists) {
    const decision = here.list.decide(here, asked)
    if (decision) return decision.negated ? null : decision.rule
  }
  return null
}

/** `path` relative to `base`; empty if they are equal, null if `path` is not below `base`. */
function relativePath(base: string, path: string): string | null {
  if (path === base) return ''
  const prefix = base.endsWith('/') ? base : `${base}/`
  return path.startsWith(prefix) ? path.slice(prefix.length) : null
}

/** The folders above a path, the outermost first. */
function ancestors(path: string): string[] {
  const dirs: string[] = []
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (slash < path.length - 1) dirs.push(slash === 0 ? '/' : path.slice(0, slash))
  }
  return dirs
}
