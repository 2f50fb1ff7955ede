import { readdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Number of modules that are compiled between two writes. If the process is ended early, most of its work is kept. */
const BATCH = 32
/** The extension of modules: `.ts` in a checkout, `.js` in an installed package. */
const EXTENSION = extname(import.meta.filename)
/** A folder of this name is skipped, unless it is one of the given folders. */
const TESTS = 'test'

/**
 * Compiles the modules in folders, and everything that they import, into Node's compile cache. No module is
 * evaluated. Arguments: the folders.
 */
const files = process.argv.slice(2).flatMap(modulesIn)
for (const [i, file] of files.entries()) {
  await compile(file)
  if (i % BATCH === BATCH - 1) flushCompileCache()
}
flushCompileCache()

function modulesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === TESTS ? [] : modulesIn(path)
    return entry.name.endsWith(EXTENSION) && !entry.name.endsWith(`.test${EXTENSION}`) ? [path] : []
  })
}

/**
 * Compiles a file and its imports. Node compiles all modules of a graph before it links them. This graph cannot be
 * linked, so no module is evaluated.
 */
async function compile(file: string): Promise<void> {
  const missing = 'import { missing } from "data:text/javascript,"'
  const graph = `import ${JSON.stringify(pathToFileURL(file).href)}; ${missing}`
  await import(`data:text/javascript,${encodeURIComponent(graph)}`).catch(() => {})
}
