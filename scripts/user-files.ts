import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

// Only core/src/sources/user-disk.ts changes the files of users. Every other file that calls a function of `node:fs` that
// changes files is listed here, with the reason why it changes no user's file.

const SEAM = 'core/src/sources/user-disk.ts'

/** Files that change files of ours only, by what they change. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'helpers for the other files of this list': [
    'core/src/util/file-copy.ts',
    'core/src/util/home-folder.ts',
    'core/src/util/lock-file.ts',
    'core/src/util/make-folder-below.ts',
    'core/src/util/make-folders.ts',
    'core/src/util/remove-tree.ts',
    'core/src/util/write-file.ts',
  ],
  'the data folder and the databases of Spacedrive': [
    'core/src/core.ts',
    'core/src/device/device-manager.ts',
    'core/src/jobs/history.ts',
    'core/src/jobs/job-log.ts',
    'core/src/jobs/open-store.ts',
    'core/src/network/db/network-db.ts',
    'core/src/network/db/set-aside.ts',
    'core/src/network/membership/members-file.ts',
    'core/src/network/port-mapping/remembered.ts',
  ],
  'library folders: their manifests, databases, backups, and the trash of whole libraries': [
    'core/src/library/backup.ts',
    'core/src/library/daily-backup.ts',
    'core/src/library/library-manager.ts',
    'core/src/library/make-library.ts',
    'core/src/library/restore.ts',
    'core/src/library/trash.ts',
  ],
  'sidecars that we made or fetched, in the folder of a library': [
    'core/src/network/sidecars/fetcher.ts',
    'core/src/sidecars/files/drafts.ts',
    'core/src/sidecars/run/make-content.ts',
    'core/src/sidecars/run/make-sidecars.ts',
    'core/src/sidecars/references/conversion-rows.ts',
    'core/src/sidecars/references/conversions.ts',
    'core/src/sidecars/files/remove-files.ts',
    'core/src/sidecars/files/run-mark.ts',
    'core/src/sidecars/audit/sidecar-audit.ts',
    'core/src/sidecars/processes/sidecar-child.ts',
    'core/src/sidecars/processes/sidecar-pools.ts',
    'core/src/sidecars/processes/staging-child.ts',
    'core/src/sidecars/processes/staging.ts',
  ],
  'generators, which write only to the draft and the temporary folder that they are given': [
    'core/src/sidecars/generators/embeddings/make.ts',
    'core/src/sidecars/generators/ocr/make.ts',
    'core/src/sidecars/generators/ocr/read-so-far.ts',
    'core/src/sidecars/generators/ocr/engines/tesseract-program.ts',
    'core/src/sidecars/generators/text/make.ts',
    'core/src/sidecars/generators/text/read-inner.ts',
    'core/src/sidecars/generators/thumb/decoders/heif.ts',
    'core/src/sidecars/generators/thumb/decoders/text-path.ts',
    'core/src/sidecars/generators/thumb/make.ts',
    'core/src/sidecars/generators/thumbstrip/make.ts',
    'core/src/sidecars/generators/transcript/engines/whisper-program.ts',
    'core/src/sidecars/generators/transcript/heard-so-far.ts',
    'core/src/sidecars/generators/transcript/make.ts',
    'core/src/sidecars/generators/transcript/transcribe-content.ts',
  ],
  'the progress of transfers, and files that are fetched to be opened, in the data folder': [
    'core/src/network/browse/fetches.ts',
    'core/src/network/transfer/transfers.ts',
    'core/src/network/transfer/worker/done-record.ts',
    'core/src/network/transfer/worker/fetch-plan.ts',
    'core/src/network/transfer/worker/part-file.ts',
  ],
  'engines that the user adds, in the data folder, and the samples that they are tried on': [
    'core/src/sidecars/engines/engines.ts',
    'core/src/sidecars/engines/language-data.ts',
    'core/src/sidecars/engines/runtimes.ts',
    'core/src/sidecars/engines/try-engine.ts',
  ],
  'temporary folders of processes': ['core/src/workers/process-folders.ts'],
  'a file of its own that measures the speed of a volume, and is removed at once': ['core/src/volume/speed-test.ts'],
  'the run folder, logs, sockets and the built page of the daemon': [
    'client/src/node/spawn-daemon.ts',
    'daemon/src/daemon-log.ts',
    'daemon/src/expose/exposure.ts',
    'daemon/src/http/audit-log.ts',
    'daemon/src/http/http-socket.ts',
    'daemon/src/http/link-pages.ts',
    'daemon/src/http/page/build-page.ts',
    'daemon/src/http/sessions.ts',
    'daemon/src/main.ts',
    'daemon/src/rotating-file.ts',
    'daemon/src/run-daemon.ts',
    'daemon/src/socket-place.ts',
    'daemon/src/socket-server.ts',
  ],
  'a new file that the user names on the command line, and the unit of the service': [
    'cli/src/commands/doctor.ts',
    'cli/src/commands/service.ts',
  ],
}

/** Functions of `node:fs` that change files. `open` is one if it is not only for reading. */
const CHANGING =
  /^(appendFile|chmod|chown|copyFile|cp|createWriteStream|fchmod|fchown|fdatasync|fsync|ftruncate|futimes|lchmod|lchown|link|lutimes|mkdir|mkdtemp|mkdtempDisposable|rename|rm|rmdir|symlink|truncate|unlink|utimes|write|writeFile|writev)(Sync)?$/
const OPENING = /^open(Sync)?$/
/** Flags of `open` that change the file. */
const WRITING_FLAGS = /O_(WRONLY|RDWR|CREAT|APPEND|TRUNC)|['"][rwax+s]*[wa+]/

const root = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('{core,daemon,cli,client,relay}/src/**/*.ts', { cwd: root })
  .filter((file) => !/\.test\.ts$|\/test\//.test(file))
  .toSorted()
const allowed = new Set(Object.values(ALLOWED).flat())
const changing = new Map(files.map((file) => [file, changesOf(file)]))

const wrong = files.filter((file) => file !== SEAM && !allowed.has(file) && changing.get(file)!.length > 0)
const unneeded = [...allowed].filter((file) => (changing.get(file) ?? []).length === 0)
for (const file of wrong)
  process.stdout.write(
    `${file} changes files (${changing.get(file)!.join(', ')}): change files of users through ${SEAM}; if these are files of ours, list it in scripts/user-files.ts with the reason\n`,
  )
for (const file of unneeded) process.stdout.write(`${file} changes no files: take it out of scripts/user-files.ts\n`)
process.exitCode = wrong.length + unneeded.length > 0 ? 1 : 0

/** The functions that change files and that a module imports from `node:fs`. */
function changesOf(file: string): string[] {
  const text = readFileSync(`${root}/${file}`, 'utf8')
  if (!/node:fs/.test(text)) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && isFileSystem(node.moduleSpecifier)) found.push(...importedBy(node, source))
    // A namespace, or a module that is loaded later, hides which functions are called.
    else if (ts.isCallExpression(node) && node.arguments.some(isFileSystem)) found.push(node.expression.getText())
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier && isFileSystem(node.moduleSpecifier))
      found.push('export')
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function importedBy({ importClause }: ts.ImportDeclaration, source: ts.SourceFile): string[] {
  if (!importClause || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return []
  const { name, namedBindings } = importClause
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return ['*']
  return namedBindings.elements.flatMap((element) => {
    if (element.isTypeOnly) return []
    const imported = (element.propertyName ?? element.name).text
    if (imported === 'promises' || imported === 'default') return ['*']
    const writes = CHANGING.test(imported) || (OPENING.test(imported) && isOpenedToWrite(element.name.text, source))
    return writes ? [imported] : []
  })
}

/** Whether some call of `open` may change the file, by its flags. */
function isOpenedToWrite(called: string, source: ts.SourceFile): boolean {
  let writes = false
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === called && !ts.isImportSpecifier(node.parent)) {
      const call = node.parent
      const isCall = ts.isCallExpression(call) && call.expression === node
      if (!isCall || WRITING_FLAGS.test(flagsOf(call, source))) writes = true
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return writes
}

/** The text of the flags; of a constant, the text of its value. */
function flagsOf(call: ts.CallExpression, source: ts.SourceFile): string {
  const flags = call.arguments[1]
  if (!flags) return ''
  if (!ts.isIdentifier(flags)) return flags.getText(source)
  let value = `O_RDWR: ${flags.text} is unknown`
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && node.name.getText(source) === flags.text)
      value = node.initializer.getText(source)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return value
}

function isFileSystem(node: ts.Node): boolean {
  return ts.isStringLiteral(node) && /^node:fs(\/promises)?$/.test(node.text)
}
