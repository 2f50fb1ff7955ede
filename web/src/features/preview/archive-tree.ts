import type { OutputOf } from '@spacedrive/client'

export type Member = OutputOf<'files.archive'>['items'][number]

/** Folders inside each other; deeper ones are shown as one name. */
const MAX_DEPTH = 64
/** So many entries are all shown at first; of more only the topmost. */
const ALL_EXPANDED = 200

/** A file or folder in an archive, with what is in it. */
export interface TreeNode {
  /** Of the archive: unique among its nodes. */
  readonly path: string
  readonly name: string
  readonly kind: Member['kind']
  /** From 1. */
  readonly level: number
  readonly children: TreeNode[]
  /** Unpacked bytes of all files in it; null if the archive does not say it of any. */
  size: number | null
  modifiedAt: Member['modifiedAt']
  encrypted: boolean
}

/** A node that is seen, and its place among its siblings. */
export interface TreeRow {
  readonly node: TreeNode
  /** From 1. */
  readonly position: number
  readonly siblings: number
  readonly isExpanded: boolean
}

/** The members of an archive as a tree, in the order of the archive. Folders that it only implies are there too. */
export function archiveTree(members: readonly Member[]): readonly TreeNode[] {
  const roots: TreeNode[] = []
  const folders = new Map<string, TreeNode>()
  const folder = (parts: readonly string[]): TreeNode => {
    const path = parts.join('/')
    const known = folders.get(path)
    if (known) return known
    const made = nodeOf(parts, 'directory')
    folders.set(path, made)
    place(parts, made)
    return made
  }
  const place = (parts: readonly string[], node: TreeNode) => {
    if (parts.length === 1) roots.push(node)
    else folder(parts.slice(0, -1)).children.push(node)
  }
  for (const { encrypted, kind, modifiedAt, path, size } of members) {
    const parts = partsOf(path)
    if (parts.length === 0) continue
    if (kind === 'directory') {
      const node = folder(parts)
      node.modifiedAt = modifiedAt
      node.encrypted ||= encrypted
      continue
    }
    const node = nodeOf(parts, kind)
    node.size = size
    node.modifiedAt = modifiedAt
    node.encrypted = encrypted
    place(parts, node)
    if (size === null) continue
    for (let end = parts.length - 1; end > 0; end--) {
      const around = folder(parts.slice(0, end))
      around.size = (around.size ?? 0) + size
    }
  }
  return roots
}

function nodeOf(parts: readonly string[], kind: Member['kind']): TreeNode {
  return {
    path: parts.join('/'),
    name: parts.at(-1)!,
    kind,
    level: parts.length,
    children: [],
    size: null,
    modifiedAt: null,
    encrypted: false,
  }
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length <= MAX_DEPTH ? parts : [...parts.slice(0, MAX_DEPTH - 1), parts.slice(MAX_DEPTH - 1).join('/')]
}

/** The folders that are open at first. */
export function firstExpanded(roots: readonly TreeNode[], total: number): ReadonlySet<string> {
  const open = new Set<string>()
  const visit = (node: TreeNode) => {
    if (node.kind !== 'directory') return
    open.add(node.path)
    node.children.forEach(visit)
  }
  if (total <= ALL_EXPANDED) roots.forEach(visit)
  else if (roots.length === 1 && roots[0]!.kind === 'directory') open.add(roots[0]!.path)
  return open
}

/** The nodes that are seen, from the top. */
export function visibleRows(roots: readonly TreeNode[], expanded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = []
  const visit = (nodes: readonly TreeNode[]) => {
    for (const [i, node] of nodes.entries()) {
      const isExpanded = expanded.has(node.path)
      rows.push({ node, position: i + 1, siblings: nodes.length, isExpanded })
      if (isExpanded) visit(node.children)
    }
  }
  visit(roots)
  return rows
}

/** What a key does in the tree: where it goes, or which folder it opens or closes; null if it does nothing. */
export function afterTreeKey(
  rows: readonly TreeRow[],
  active: number,
  key: string,
): { readonly go: number } | { readonly toggle: string } | null {
  const row = rows[active]
  if (!row) return null
  const last = rows.length - 1
  const { isExpanded, node } = row
  const hasChildren = node.children.length > 0
  switch (key) {
    case 'ArrowDown':
      return { go: Math.min(last, active + 1) }
    case 'ArrowUp':
      return { go: Math.max(0, active - 1) }
    case 'Home':
      return { go: 0 }
    case 'End':
      return { go: last }
    case 'ArrowRight':
      if (!hasChildren) return null
      return isExpanded ? { go: active + 1 } : { toggle: node.path }
    case 'ArrowLeft': {
      if (hasChildren && isExpanded) return { toggle: node.path }
      const parent = rows.findLastIndex(({ node: each }, i) => i < active && each.level === node.level - 1)
      return parent === -1 ? null : { go: parent }
    }
    case 'Enter':
    case ' ':
      return hasChildren ? { toggle: node.path } : null
    default:
      return null
  }
}
