import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

interface Row {
  readonly id: number
  readonly parent: number | null
  readonly name: string
  readonly kind: number
  readonly size: number
  readonly uuid: string
  readonly directory: { path: string; sums: number[] } | null
}

/** Faults in the rows alone: references, parents, cycles, paths and sums. Shares no code with the engine. */
export function treeFaults(db: DatabaseSync): string[] {
  const faults = db
    .prepare('pragma foreign_key_check')
    .all()
    .map(
      (row) => `${String(row['table'])} ${String(row['rowid'])} names a row of ${String(row['parent'])} that is gone`,
    )
  const rows = read(db)
  const inside = Map.groupBy(rows.values(), ({ parent }) => parent)
  const reached = new Set<number>()
  const add = (row: Row, path: string): number[] => {
    reached.add(row.id)
    if (!row.directory) {
      faults.push(`${row.id} (${row.name}) is a folder without a row of one`)
      return [0, 0, 0, 0, 0, 0]
    }
    if (row.directory.path !== path) faults.push(`${row.id} has the path ${row.directory.path} and lies at ${path}`)
    const sums = [0, 0, 0, 0, 0, 0]
    for (const child of inside.get(row.id) ?? []) {
      sums[0]!++
      sums[child.kind + 1]!++
      if (child.kind === 0) sums[5]! += child.size
      if (child.kind !== 1) {
        reached.add(child.id)
        continue
      }
      const below = add(child, `${path}${child.name}/`)
      for (let i = 1; i < sums.length; i++) sums[i]! += below[i]!
    }
    if (String(row.directory.sums) !== String(sums))
      faults.push(`${path} (${row.id}) says ${String(row.directory.sums)} and holds ${String(sums)}`)
    return sums
  }
  for (const root of inside.get(null) ?? []) add(root, root.directory?.path ?? '')
  for (const row of rows.values()) if (!reached.has(row.id)) faults.push(`${row.id} (${row.name}) is in no folder`)
  return faults
}

/**
 * The differences between the rows of a place and the disk, and the id of each file. The stats of excused paths may
 * differ.
 */
export function compareWithDisk(
  db: DatabaseSync,
  dir: string,
  isExcused: (path: string) => boolean = () => false,
): { faults: string[]; uuids: Map<string, string> } {
  const rows = read(db)
  const inside = Map.groupBy(rows.values(), ({ parent }) => parent)
  const stats = db.prepare('select size, mtime, mtime_ns, inode, nlink, mode from entries where id = ?')
  const top = [...rows.values()].find((row) => row.directory?.path === `${dir.slice(1)}/`)
  if (!top) return { faults: [`${dir} has no row`], uuids: new Map() }
  const faults: string[] = []
  const uuids = new Map<string, string>()
  const compare = (folder: Row, path: string) => {
    const left = new Map((inside.get(folder.id) ?? []).map((row) => [row.name, row]))
    for (const name of readdirSync(path)) {
      const at = join(path, name)
      const row = left.get(name)
      left.delete(name)
      if (!row) {
        faults.push(`${at} is missing`)
        continue
      }
      uuids.set(at, row.uuid)
      const found = lstatSync(at, { bigint: true })
      const kind = found.isFile() ? 0 : found.isDirectory() ? 1 : 2
      const disk = [
        kind === 1 ? 0 : Number(found.size),
        Number(found.mtimeMs),
        Number(found.mtimeNs % 1_000_000n),
        Number(found.ino),
        kind === 1 ? 0 : Number(found.nlink),
        Number(found.mode),
      ]
      const said = stats.get(row.id)!
      const index = [
        said['size'],
        said['mtime'],
        said['mtime_ns'],
        said['inode'],
        kind === 1 ? 0 : said['nlink'],
        said['mode'],
      ]
      if (row.kind !== kind) faults.push(`${at} is of kind ${kind}, and ${row.kind} in the index`)
      else if (String(disk) !== String(index) && !isExcused(at))
        faults.push(`${at} has ${String(disk)}, and ${String(index)} in the index`)
      if (kind === 1 && row.kind === 1) compare(row, at)
    }
    for (const name of left.keys()) faults.push(`${join(path, name)} is gone, and has a row`)
  }
  compare(top, dir)
  return { faults, uuids }
}

function read(db: DatabaseSync): Map<number, Row> {
  const rows = db
    .prepare(
      `select e.id, e.parent_id, e.name, e.kind, e.size, hex(e.uuid) as uuid, d.id as directory, cast(d.path as text) as path,
         d.child_count, d.file_count, d.dir_count, d.symlink_count, d.other_count, d.total_size
       from entries e left join directories d on d.id = e.id`,
    )
    .all()
  const sums = ['child_count', 'file_count', 'dir_count', 'symlink_count', 'other_count', 'total_size']
  return new Map(
    rows.map((row) => [
      Number(row['id']),
      {
        id: Number(row['id']),
        parent: row['parent_id'] === null ? null : Number(row['parent_id']),
        name: String(row['name']),
        kind: Number(row['kind']),
        size: Number(row['size']),
        uuid: String(row['uuid']),
        directory:
          row['directory'] === null
            ? null
            : { path: String(row['path']), sums: sums.map((column) => Number(row[column])) },
      },
    ]),
  )
}
