import { gitFolderOf, join, type ReadFile } from './git-work-tree.ts'
import { IgnoreList } from './ignore-list.ts'

/** An ignore list, and the folder that its paths are relative to. */
export interface Layer {
  readonly base: string
  readonly list: IgnoreList
}

/**
 * The rules that apply inside a folder. Only `anchors` leave the thread: one text for each folder, from the top down,
 * that has rules. A text has the folder's path, after a letter for each kind of rule file in it.
 */
export interface RuleContext {
  readonly anchors: readonly string[]
  readonly inWorkTree: boolean
  /** From the nearest ignore file to the farthest; the repository's `info/exclude` is last. */
  readonly git: readonly Layer[]
  /** From the nearest ignore file to the farthest. */
  readonly spacedrive: readonly Layer[]
}

export const EMPTY_CONTEXT: RuleContext = { anchors: [], inWorkTree: false, git: [], spacedrive: [] }

/** What a folder adds to the rules that it inherits. */
export interface Findings {
  readonly workTree: boolean
  readonly gitignore: boolean
  readonly spacedriveignore: boolean
}

/** Limit on cached ignore files, which subfolders and other contexts reuse. The oldest is dropped first. */
const MAX_KEPT_LISTS = 4_096
/** Limit on cached contexts, one for each folder with its own ignore file. A context holds only a few references. */
const MAX_KEPT_CONTEXTS = 4_096

/** Reads ignore files and builds contexts from them. */
export class IgnoreFiles {
  readonly #readFile: ReadFile
  readonly #ignoreCase: boolean
  readonly #lists = new Map<string, { bytes: Uint8Array; list: IgnoreList }>()
  readonly #contexts = new Map<string, RuleContext>()

  constructor({ readFile, ignoreCase }: { readFile: ReadFile; ignoreCase: boolean }) {
    this.#readFile = readFile
    this.#ignoreCase = ignoreCase
  }

  /** Returns the context for the inside of `dir`. Always reads its ignore files again. */
  extend(parent: RuleContext, dir: string, findings: Findings): RuleContext {
    const context = this.#add(findings.workTree ? withoutGit(parent) : parent, dir, findings)
    keep(this.#contexts, context.anchors.join('\0'), context, MAX_KEPT_CONTEXTS)
    return context
  }

  fromAnchors(anchors: readonly string[]): RuleContext {
    if (anchors.length === 0) return EMPTY_CONTEXT
    const key = anchors.join('\0')
    const kept = this.#contexts.get(key)
    if (kept) return kept
    let context = EMPTY_CONTEXT
    for (const anchor of anchors) {
      const colon = anchor.indexOf(':')
      const letters = anchor.slice(0, colon)
      context = this.#add(context, anchor.slice(colon + 1), {
        workTree: letters.includes('w'),
        gitignore: letters.includes('g'),
        spacedriveignore: letters.includes('s'),
      })
    }
    keep(this.#contexts, key, context, MAX_KEPT_CONTEXTS)
    return context
  }

  #add(parent: RuleContext, dir: string, { workTree, gitignore, spacedriveignore }: Findings): RuleContext {
    let { git, spacedrive } = parent
    if (workTree) git = this.#layers([], dir, join(gitFolderOf(dir, this.#readFile) ?? '', 'info/exclude'), 'gitignore')
    if (gitignore) git = this.#layers(git, dir, join(dir, '.gitignore'), 'gitignore')
    if (spacedriveignore) {
      spacedrive = this.#layers(spacedrive, dir, join(dir, '.spacedriveignore'), 'spacedriveignore')
    }
    const letters = (workTree ? 'w' : '') + (gitignore ? 'g' : '') + (spacedriveignore ? 's' : '')
    const anchors = [...parent.anchors, `${letters}:${dir}`]
    return { anchors, inWorkTree: workTree || parent.inWorkTree, git, spacedrive }
  }

  #layers(above: readonly Layer[], base: string, path: string, rule: string): readonly Layer[] {
    const bytes = this.#readFile(path)
    if (!bytes) return above
    const list = this.#parse(path, bytes, rule)
    return list.size === 0 ? above : [{ base, list }, ...above]
  }

  #parse(path: string, bytes: Uint8Array, rule: string): IgnoreList {
    const kept = this.#lists.get(path)
    if (kept && sameBytes(kept.bytes, bytes)) return kept.list
    const list = new IgnoreList(linesOf(bytes), { rule, source: path, ignoreCase: this.#ignoreCase })
    keep(this.#lists, path, { bytes, list }, MAX_KEPT_LISTS)
    return list
  }
}

/** The same context without git rules. It applies inside a `.git` folder, and where another repository begins. */
export function withoutGit({ anchors, spacedrive }: RuleContext): RuleContext {
  const kept = anchors.filter((anchor) => anchor.slice(0, anchor.indexOf(':')).includes('s'))
  return {
    anchors: kept.map((anchor) => `s${anchor.slice(anchor.indexOf(':'))}`),
    inWorkTree: false,
    git: [],
    spacedrive,
  }
}

/** Splits lines as git does: a byte order mark and a carriage return are removed, and a NUL ends the line. */
function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.map((line) => line.replace(/\r$/, '').replace(/\0.*$/s, ''))
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function keep<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key)
  if (map.size >= limit) map.delete(map.keys().next().value!)
  map.set(key, value)
}
