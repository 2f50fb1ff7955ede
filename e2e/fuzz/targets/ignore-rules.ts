import assert from 'node:assert/strict'
import { IgnoreList } from '../../../core/src/indexing/rules/ignore-list.ts'
import { foldCase } from '../../../core/src/indexing/rules/ignore-pattern.ts'
import { byteString } from '../../../core/src/indexing/rules/wildmatch.ts'
import { textOf } from '../pieces.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  reads: '.gitignore and .spacedriveignore: patterns, wildcards, classes',
  guides: ['core/src/indexing/rules/'],
  maxBytes: 200,
  tokens: ['**/', '/**', '*.log', '[a-z]', '[!x]', '[[:alpha:]]', '\\', '!', '?'],
  seeds: () =>
    [
      'name.txt\n\n*.txt\n!name.txt',
      'folder/name.log\nfolder\n/folder/**/*.l?g\n[a-f]older/',
      'a/b\n**/b\n\\#x \\ ',
    ].map((text) => Buffer.from(text)),
  run(bytes) {
    // The first line is the name that is asked for; the second one its folder.
    const [asked = '', dir = '', ...lines] = textOf(bytes).split('\n')
    return [false, true]
      .map((ignoreCase) => {
        const decision = decide(lines, { asked, dir, ignoreCase })
        // The last line that says anything decides, whatever tables and orders make the answer fast.
        const single = lines.map((line) => decide([line], { asked, dir, ignoreCase })).findLast((each) => each !== null)
        assert.equal(decision, single ?? null, `ignoreCase ${ignoreCase}`)
        return decision
      })
      .join()
  },
}

interface Asked {
  readonly asked: string
  readonly dir: string
  readonly ignoreCase: boolean
}

function decide(lines: readonly string[], { asked, dir, ignoreCase }: Asked): boolean | null {
  const list = new IgnoreList(lines, { rule: 'gitignore', source: '.gitignore', ignoreCase })
  const name = byteString(ignoreCase ? foldCase(asked) : asked)
  return list.decide(list.at(dir), { name, isDirectory: false, lastDot: name.lastIndexOf('.') })?.negated ?? null
}
