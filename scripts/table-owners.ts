import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tableOwners } from '../core/src/store/schema/owners.ts'
import { foreignWrites } from './table-owners/foreign-writes.ts'

// Each table of a library's database is written by one folder of core/src: core/src/store/schema/owners.ts names it.

/** Parts of the schema: they may write every table. */
const SCHEMA = /^core\/src\/store\/(migrations\/|mend-references\.ts$)/
/** Tables of other databases that have the name of a table of the library. */
const OTHER_DATABASES: Readonly<Record<string, readonly string[]>> = {
  'core/src/network/registry/registry.ts': ['devices'],
}

const root = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('{core,daemon,cli,client,relay}/src/**/*.ts', { cwd: root })
  .filter((file) => !/\.test\.ts$|\/test\//.test(file) && !SCHEMA.test(file))
  .toSorted()
const unneeded = new Set(Object.keys(OTHER_DATABASES))
let wrong = 0

for (const file of files) {
  for (const { line, owner, table } of foreignWrites(
    { file, text: readFileSync(`${root}/${file}`, 'utf8') },
    tableOwners,
  )) {
    if (OTHER_DATABASES[file]?.includes(table)) unneeded.delete(file)
    else report(`${file}:${line} writes ${table}, which core/src/${owner} owns: call a function of that folder`)
  }
}
for (const file of unneeded) report(`${file} writes no table of the same name: take it out of scripts/table-owners.ts`)
process.exitCode = wrong === 0 && files.length > 0 ? 0 : 1

function report(problem: string): void {
  process.stderr.write(`${problem}\n`)
  wrong++
}
