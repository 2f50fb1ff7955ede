import type { OutputOf } from '@spacedrive/client'
import { hierarchy, treemap } from 'd3-hierarchy'

export type FolderSize = OutputOf<'files.sizes'>

/** A rectangle of the map, in pixels. What stands for a folder comes before what is in it. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** The file or folder; of `rest` the folder that it is in. */
  readonly node: FolderSize
  /** Where the tile stands for what is too small to be told apart: how many, and how large together. */
  readonly rest?: { readonly count: number; readonly size: number }
  /** Folders whose content is drawn in them: pixels of the name above it; else 0. */
  readonly heading: number
  /** The path of the entry of the map's folder that this is, or is in; null of the rest of the folder itself. */
  readonly top: string | null
}

interface Item {
  readonly node: FolderSize
  readonly rest?: Tile['rest']
}

/** Pixels. Below this nobody sees or hits a tile. */
const LEAST_SIDE = 3
/** Square pixels below which something goes with the rest. */
const LEAST_AREA = 16
/** A folder that is smaller is one tile. */
const LEAST_FOLDER = { width: 36, height: 30 }
const HEADING = 18
const GAP = 2

/** Squarified: the area of each tile is its size, and tiles are as square as can be. */
export function layoutTreemap(folder: FolderSize, { height, width }: { width: number; height: number }): Tile[] {
  if (width <= 0 || height <= 0 || folder.size <= 0) return []
  const leastSize = (folder.size * LEAST_AREA) / (width * height)
  const root = hierarchy<Item>({ node: folder }, (item) => childrenOf(item, leastSize))
    .sum((item) => (childrenOf(item, leastSize) ? 0 : (item.rest?.size ?? item.node.size)))
    // Of d3: it returns the same hierarchy.
    // oxlint-disable-next-line unicorn/no-array-sort
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
  const placed = treemap<Item>()
    .size([width, height])
    .round(true)
    .paddingInner(GAP)
    .paddingOuter((node) => (node.depth === 0 ? 0 : GAP))
    .paddingTop((node) => (node.depth === 0 ? 0 : HEADING))(root)
  const tiles: Tile[] = []
  add(placed)
  return tiles

  function add(parent: typeof placed): void {
    for (const each of parent.children ?? []) {
      const [tileWidth, tileHeight] = [each.x1 - each.x0, each.y1 - each.y0]
      if (tileWidth < LEAST_SIDE || tileHeight < LEAST_SIDE) continue
      const { node, rest } = each.data
      const hasRoom = tileWidth >= LEAST_FOLDER.width && tileHeight >= LEAST_FOLDER.height
      const isOpen = each.children !== undefined && hasRoom
      const first = each.ancestors().at(-2)!.data
      tiles.push({
        x: each.x0,
        y: each.y0,
        width: tileWidth,
        height: tileHeight,
        node,
        ...(rest && { rest }),
        heading: isOpen ? HEADING : 0,
        top: first.rest ? null : first.node.path,
      })
      if (isOpen) add(each)
    }
  }
}

/** What is in a folder and can be seen; undefined of a file, and of a folder that nobody looked into. */
function childrenOf({ node, rest: isRest }: Item, leastSize: number): Item[] | undefined {
  if (isRest || !node.children) return undefined
  const children: Item[] = []
  const rest = { count: 0, size: 0, ...node.rest }
  for (const child of node.children) {
    if (child.size >= leastSize) children.push({ node: child })
    else {
      rest.count++
      rest.size += child.size
    }
  }
  // A folder of small things only is drawn as one.
  if (children.length === 0) return undefined
  if (rest.count > 0 && rest.size > 0) children.push({ node, rest })
  return children
}

/** What is known of a folder from what is known of one above it, so that going in shows something at once. */
export function findFolder(folder: FolderSize, path: string): FolderSize | undefined {
  if (folder.path === path) return folder.children ? folder : undefined
  const next = folder.children?.find((child) => path === child.path || path.startsWith(`${child.path}/`))
  return next && findFolder(next, path)
}
