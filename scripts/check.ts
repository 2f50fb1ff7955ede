import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Check {
  readonly name: string
  /** A command of `node_modules/.bin`, or `node`, with its arguments. */
  readonly command: string
  /** What to do when it fails. */
  readonly mend: string
}

/** Most checks at once: each may take a gigabyte of memory. */
const MAX_PARALLEL = 4

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules/.bin')

const sources = ['core', 'client', 'daemon', 'relay', 'cli', 'web/src', 'scripts', 'bench', 'examples', 'e2e'].filter(
  (folder) => existsSync(join(root, folder)),
)

/** The longest begin first. */
const checks: readonly Check[] = [
  { name: 'lint', command: 'oxlint', mend: 'the rules are in .oxlintrc.json' },
  {
    name: 'unheard promises',
    command: 'node scripts/unheard-promises.ts',
    mend: 'give each promise that is kept to heard(), in core/src/util/heard.ts',
  },
  {
    name: 'layers',
    command: `depcruise ${sources.join(' ')} --config .dependency-cruiser.mjs --output-type err-long`,
    mend: 'each rule says how, in .dependency-cruiser.mjs',
  },
  { name: 'types', command: 'tsc --noEmit', mend: 'the settings are in tsconfig.json' },
  { name: 'types of the page', command: 'tsc --noEmit -p web', mend: 'the settings are in web/tsconfig.json' },
  { name: 'format', command: 'oxfmt --check', mend: 'run `npm run format`' },
  {
    name: 'words of a host',
    command: 'node scripts/host-words.ts',
    mend: 'move it to the daemon, which adds operations and settings of its own',
  },
  {
    name: 'user files',
    command: 'node scripts/user-files.ts',
    mend: 'change files of users through core/src/sources/user-disk.ts',
  },
  {
    name: 'owners of tables',
    command: 'node scripts/table-owners.ts',
    mend: 'call a function of the folder that owns the table, or name the owner of a new one in core/src/store/schema/owners.ts',
  },
  { name: 'dead code', command: 'knip --no-progress', mend: 'delete it, or name a new starting point in knip.jsonc' },
  { name: 'licences', command: 'node scripts/licences.ts', mend: 'take another package' },
  { name: 'generated files', command: 'node scripts/generate.ts --check', mend: 'run `npm run generate`' },
  { name: 'named tests', command: 'node scripts/named-tests.ts', mend: 'correct the name in the document' },
  {
    name: 'screenshots',
    command: 'node scripts/blank-pictures.ts',
    mend: 'run `npm run screenshots`, and look at the pictures',
  },
  { name: 'private words', command: 'node scripts/private-words.ts', mend: 'take it out of the file' },
]

process.exitCode = await runChecks()

/** Runs every check whatever the others say, some side by side, and prints the failed ones again at the end. */
async function runChecks(): Promise<number> {
  const queue = [...checks]
  const failed: Check[] = []
  const work = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const startedAt = Date.now()
      const { code, output } = await run(check.command)
      if (code !== 0) failed.push(check)
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
      print(`\n== ${check.name}: ${check.command}\n${output}`)
      print(`-- ${check.name}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds} s\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), MAX_PARALLEL) }, work))
  print('\n')
  for (const { name, mend } of failed) print(`${name} failed: ${mend}\n`)
  print(`${checks.length - failed.length} passed, ${failed.length} failed\n`)
  return failed.length === 0 ? 0 : 1
}

async function run(command: string): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command.split(' ')
  const isNode = program === 'node'
  const child = spawn(isNode ? process.execPath : program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The tools are shell scripts on Windows.
    shell: !isNode && process.platform === 'win32',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => {
    child.once('error', (err) => resolve({ code: 1, output: `${err.message}\n` }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function print(text: string): void {
  process.stdout.write(text)
}
