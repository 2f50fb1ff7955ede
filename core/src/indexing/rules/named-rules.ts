import type { Rule, RuleName } from '../../domain/rules.ts'
import { join, type ReadFile } from './git-work-tree.ts'
import { foldCase } from './ignore-pattern.ts'
import type { AskedName } from './ignore-list.ts'
import { imageExtensions } from './image-extensions.ts'
import { devNames, gitNames, type KnownName, systemNames, systemPatterns } from './named-names.ts'
import { NameTable } from './name-table.ts'
import type { HasName } from './rule-engine.ts'

export interface NamedRulesOptions {
  readonly names: readonly RuleName[]
  readonly ignoreCase: boolean
  readonly readFile: ReadFile
}

interface Candidate {
  readonly known: KnownName
  readonly rule: Rule
}

const LIBRARY_FOLDER = '.sdlibrary'
const libraryRule = builtIn('library', `*${LIBRARY_FOLDER}/`)
/**
 * Names of files that every data folder contains. A data folder, even that of another instance, is never indexed,
 * because it holds keys.
 */
const DATA_FOLDER_FILES = ['network.db', 'device.json'] as const
const dataFolderRule = builtIn('library', `* beside ${DATA_FOLDER_FILES.join(' and ')}`)
const hiddenRule = builtIn('hidden', '.*')
const appleDoubleRule = builtIn('system', '._<name> beside <name>')
const onlyImagesRule = builtIn('only-images', 'files without the extension of an image')
const numberedRules = systemPatterns.map((known) => ({ ...known, rule: builtIn('system', known.pattern) }))

const DOT = 0x2e
const UNDERSCORE = 0x5f

/** Rules that depend on an entry's name and on the other names in its folder. */
export class NamedRules {
  /** Names beside or inside a folder that decide whether the folder is accepted. */
  readonly evidenceNames: ReadonlySet<string>
  readonly #readFile: ReadFile
  readonly #candidatesByName = new NameTable<Candidate[]>()
  readonly #system: boolean
  readonly #hidden: boolean
  readonly #onlyImages: boolean
  /** The result for the last folder. Callers ask for all names of one folder in a row. */
  #lastFolder: { readonly siblings: HasName | null; readonly isDataFolder: boolean } = {
    siblings: null,
    isDataFolder: false,
  }

  constructor({ names, ignoreCase, readFile }: NamedRulesOptions) {
    this.#readFile = readFile
    this.#system = names.includes('system')
    this.#hidden = names.includes('hidden')
    this.#onlyImages = names.includes('only-images')
    const evidence = new Set<string>(DATA_FOLDER_FILES)
    for (const [name, table] of tables) {
      for (const known of names.includes(name) ? table : []) {
        const key = ignoreCase ? foldCase(known.name) : known.name
        const candidates = this.#candidatesByName.getOrCreate(key, () => [])
        candidates.push({ known, rule: builtIn(name, describe(known)) })
        if (known.evidence) evidence.add(known.evidence.slice(known.evidence.lastIndexOf('/') + 1))
      }
    }
    this.evidenceNames = evidence
  }

  /** The first rule that rejects the entry, in this order: library, system, git, dev, hidden. */
  match({ name, isDirectory }: AskedName, dir: string, siblings: HasName): Rule | null {
    if (this.#isDataFolder(siblings)) return dataFolderRule
    const candidates = this.#candidatesByName.get(name)
    if (candidates) {
      for (const { known, rule } of candidates) {
        if (known.kind !== 'any' && (known.kind === 'directory') !== isDirectory) continue
        if (!known.evidence || this.#exists(dir, name, known.evidence, siblings)) return rule
      }
    }
    if (isDirectory && name.endsWith(LIBRARY_FOLDER)) return libraryRule
    if (name.charCodeAt(0) !== DOT) return null
    if (this.#system) {
      if (!isDirectory && name.charCodeAt(1) === UNDERSCORE && siblings(name.slice(2))) return appleDoubleRule
      for (const { matches, directory, rule } of numberedRules) {
        if (directory === isDirectory && matches.test(name)) return rule
      }
    }
    return this.#hidden ? hiddenRule : null
  }

  /** Must be called after all other rules. Returns `only-images` if that rule rejects a file that they accept. */
  matchKind({ name, isDirectory, lastDot }: AskedName): Rule | null {
    if (!this.#onlyImages || isDirectory) return null
    return lastDot > 0 && imageExtensions.has(name.slice(lastDot + 1).toLowerCase()) ? null : onlyImagesRule
  }

  #isDataFolder(siblings: HasName): boolean {
    if (this.#lastFolder.siblings !== siblings)
      this.#lastFolder = { siblings, isDataFolder: DATA_FOLDER_FILES.every(siblings) }
    return this.#lastFolder.isDataFolder
  }

  #exists(dir: string, name: string, evidence: string, siblings: HasName): boolean {
    const slash = evidence.indexOf('/')
    if (slash < 0) return siblings(evidence)
    const folder = evidence.slice(0, slash)
    return (folder === name || siblings(folder)) && this.#readFile(join(dir, evidence)) !== null
  }
}

const tables: readonly (readonly [RuleName, readonly KnownName[]])[] = [
  ['system', systemNames],
  ['git', gitNames],
  ['dev', devNames],
]

function describe({ name, kind, evidence }: KnownName): string {
  const shown = kind === 'directory' ? `${name}/` : name
  if (!evidence) return shown
  return evidence.startsWith(`${name}/`)
    ? `${shown} holding ${evidence.slice(name.length + 1)}`
    : `${shown} beside ${evidence}`
}

function builtIn(name: string, pattern: string): Rule {
  return { name, source: 'built-in', pattern }
}
