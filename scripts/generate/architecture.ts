import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { floors, roomOf } from '../floors.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = join(root, 'core/src')
const BEGIN = '<!-- rooms: made by `npm run generate` -->'
const END = '<!-- end of rooms -->'
const TEST = /\.test\.ts$|(^|\/)(test|testing|fixtures)\//
/** A relative module in an import, an export, an import type, or the address of a thread. */
const IMPORT = /(?:from|import\(|import|new URL\()\s*'(\.{1,2}\/[^']+\.ts)'/g

/** `docs/index.md` with its picture of the rooms of `core/src`, from the imports of the files there. */
export function indexPage(): string {
  const page = readFileSync(join(root, 'docs/index.md'), 'utf8')
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`docs/index.md must have ${BEGIN} and ${END}`)
  return `${before}${BEGIN}\n\n${picture()}\n\n${END}${after}`
}

function picture(): string {
  const imports = importedRooms()
  const width = Math.max(...floors.flatMap(({ rooms }) => rooms.map((room) => room.length)))
  const lines = floors.toReversed().flatMap(({ rooms }, i) => {
    const floor = String(floors.length - i).padStart(2)
    return rooms.map((room, at) => {
      const below = [...(imports.get(room) ?? [])].toSorted((a, b) => floorOf(b) - floorOf(a) || (a < b ? -1 : 1))
      return `${at === 0 ? floor : '  '}  ${room.padEnd(width)}  ${below.length > 0 ? `→ ${below.join(' ')}` : ''}`.trimEnd()
    })
  })
  return ['```', ...lines, '```', '', ...floorTable()].join('\n')
}

function floorTable(): string[] {
  const rows = floors
    .toReversed()
    .map(({ about, rooms }, i) => [
      String(floors.length - i),
      rooms.map((room) => (room === 'core' ? '`core.ts`' : `\`${room}/\``)).join(' '),
      about,
    ])
  const head = ['floor', 'rooms', 'purpose']
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)]
}

function importedRooms(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>()
  for (const file of globSync('**/*.ts', { cwd: sources }).toSorted()) {
    if (TEST.test(file)) continue
    const room = roomOf(file)
    const known = imports.get(room) ?? new Set()
    imports.set(room, known)
    for (const [, target] of readFileSync(join(sources, file), 'utf8').matchAll(IMPORT)) {
      const path = normalize(join(dirname(file), target!))
      if (!path.startsWith('..') && roomOf(path) !== room) known.add(roomOf(path))
    }
  }
  return imports
}

function floorOf(room: string): number {
  return floors.findIndex(({ rooms }) => rooms.includes(room))
}
