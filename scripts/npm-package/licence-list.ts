import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, WORKSPACES } from './layout.ts'
import { installedWith, lockedTree } from './locked-tree.ts'

/** The licence of every package that is part of the program or installed with it, with its text. */
export function licenceList(): string {
  const tree = lockedTree()
  const folders = new Set([...WORKSPACES, 'web'].flatMap((workspace) => [...installedWith(tree, workspace)]))
  const parts = [...folders]
    .filter((folder) => folder.includes('node_modules/'))
    .map((folder) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
      const { license = 'see its text', version = '' } = tree[folder]!
      return `${name} ${version} (${license})\n${licenceText(join(ROOT, folder))}`
    })
  const line = '-'.repeat(80)
  return `The packages that Spacedrive contains or installs, and their licences.\n\n${[...new Set(parts)].toSorted().join(`\n${line}\n`)}`
}

/** Empty if the package has no such file, or is for another platform. */
function licenceText(folder: string): string {
  if (!existsSync(folder)) return ''
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)([.-].*)?$/i.test(name))
  return file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
