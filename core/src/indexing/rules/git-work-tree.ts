/** Reads a whole file; null if it does not exist. */
export type ReadFile = (path: string) => Uint8Array | null

/**
 * The git folder shared by all work trees of the repository whose work tree begins in `dir`: `.git` itself, or the
 * folder that the `.git` file of a submodule or a linked work tree names. Null if no work tree begins in `dir`.
 */
export function gitFolderOf(dir: string, readFile: ReadFile): string | null {
  const inside = join(dir, '.git')
  if (hasHead(inside, readFile)) return inside
  const pointer = readText(inside, readFile)?.match(/^gitdir: ([^\n]+?)\n*$/)?.[1]
  if (!pointer) return null
  const folder = resolve(dir, pointer)
  if (!hasHead(folder, readFile)) return null
  const common = readText(join(folder, 'commondir'), readFile)?.trimEnd()
  return common ? resolve(folder, common) : folder
}

/** An empty `.git` does not make a work tree, for git either. */
function hasHead(folder: string, readFile: ReadFile): boolean {
  return /^(ref:\s*refs\/|[0-9a-f]{40})/.test(readText(join(folder, 'HEAD'), readFile) ?? '')
}

function readText(path: string, readFile: ReadFile): string | null {
  const bytes = readFile(path)
  return bytes && new TextDecoder().decode(bytes)
}

function resolve(dir: string, path: string): string {
  const names: string[] = []
  for (const name of (/^(\/|[A-Za-z]:)/.test(path) ? path : join(dir, path)).split('/')) {
    if (name === '..') names.pop()
    else if (name !== '.') names.push(name)
  }
  return names.join('/')
}

/** `dir` and `name` with one slash between. */
export function join(dir: string, name: string): string {
  return dir.endsWith('/') ? dir + name : `${dir}/${name}`
}
