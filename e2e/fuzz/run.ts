import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Corpus, nameOf } from './corpus.ts'
import type { Finding } from './explorer.ts'
import { fuzzTarget } from './fuzz-target.ts'
import type { FuzzTarget } from './target.ts'

const USAGE = `npm run fuzz -- [target…] [options]

  --minutes N     time for all targets together; 10 by default
  --seed N        seed of the first target; drawn and printed by default
  --replay FILE   runs one input of one target and shows its error
  --list          lists the targets
`

const NAME_WIDTH = 20
const folder = fileURLToPath(new URL('targets', import.meta.url))
const findingsFolder = fileURLToPath(new URL('findings', import.meta.url))
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

// The first Ctrl-C ends the search and keeps what was found; the second one ends the process.
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.exitCode = await main()

async function main(): Promise<number> {
  const known = readdirSync(folder).map((file) => basename(file, '.ts'))
  const unknown = positionals.filter((name) => !known.includes(name))
  const minutes = Number(values.minutes)
  if (values.help || unknown.length > 0 || !Number.isFinite(minutes) || minutes < 0) {
    for (const name of unknown) print(`There is no target ${name}. List the targets with \`npm run fuzz -- --list\`.\n`)
    print(USAGE)
    return values.help ? 0 : 2
  }
  if (values.list) return list(known)
  if (values.replay !== undefined) return replay({ names: positionals, file: values.replay })
  return fuzzAll({
    names: positionals.length > 0 ? positionals : known,
    minutes,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed),
  })
}

async function list(names: readonly string[]): Promise<number> {
  for (const name of names) print(`${name.padEnd(NAME_WIDTH)} ${(await load(name)).reads}\n`)
  return 0
}

async function replay({ names, file }: { readonly names: readonly string[]; readonly file: string }): Promise<number> {
  const [name] = names
  if (name === undefined || names.length > 1) {
    print('Name the one target that reads the file: npm run fuzz -- <target> --replay FILE\n')
    return 2
  }
  try {
    const outcome = await (await load(name)).run(Uint8Array.from(readFileSync(file)))
    print(`${name} reads ${file}: ${outcome ?? 'ok'}\n`)
    return 0
  } catch (err) {
    print(`${err instanceof Error ? err.stack : String(err)}\n`)
    return 1
  }
}

interface FuzzAll {
  readonly names: readonly string[]
  readonly minutes: number
  readonly seed: number
}

/** Each target gets an equal share of the time. */
async function fuzzAll({ minutes, names, seed }: FuzzAll): Promise<number> {
  print(`${names.length} targets, ${minutes} minutes, seed ${seed}\n`)
  print(
    `${'target'.padEnd(NAME_WIDTH)}${['runs', 'runs/s', 'blocks', 'files', 'slowest', 'findings'].map(column).join('')}\n`,
  )
  let [runs, blocks, files, findings] = [0, 0, 0, 0]
  for (const [index, name] of names.entries()) {
    if (interrupted.signal.aborted) break
    const row = await fuzzOne({ name, seed: seed + index, forMs: (minutes * 60_000) / names.length })
    runs += row.runs
    blocks += row.blocks
    files += row.files
    findings += row.findings
  }
  print(`\n${runs} runs, ${blocks} blocks covered, ${files} files in the corpus, ${findings} findings\n`)
  return findings === 0 ? 0 : 1
}

interface FuzzOne {
  readonly name: string
  readonly seed: number
  readonly forMs: number
}

async function fuzzOne({ forMs, name, seed }: FuzzOne) {
  const corpus = new Corpus(name)
  const module = pathToFileURL(join(folder, `${name}.ts`)).href
  const found = (finding: Finding) => keepFinding(name, finding)
  const request = { module, seed, found, kept: () => {}, signal: interrupted.signal }
  const report = await fuzzTarget({ ...request, corpus: corpus.files(), forMs, kept: (bytes) => corpus.add(bytes) })
  // Once more with the short files first: what they reach, longer ones need not be kept for.
  const known = report.findings === 0 ? await fuzzTarget({ ...request, corpus: corpus.files(), forMs: 0 }) : report
  const files = report.findings === 0 ? corpus.prune(known.learned) : corpus.files().length
  const { blocks, findings, ms, runs, slowestMs } = report
  const perSecond = Math.round(runs / (ms / 1000))
  print(
    `${name.padEnd(NAME_WIDTH)}${[runs, perSecond, blocks, files, `${slowestMs} ms`, findings].map(column).join('')}\n`,
  )
  return { runs, blocks, files, findings }
}

function keepFinding(name: string, { bytes, error }: Finding): void {
  mkdirSync(join(findingsFolder, name), { recursive: true })
  const file = join(findingsFolder, name, nameOf(bytes))
  writeFileSync(file, bytes)
  const shown = relative(process.cwd(), file)
  print(`\n${name}: ${error}\n`)
  print(`The input is in ${shown}. Run it again with \`npm run fuzz -- ${name} --replay ${shown}\`.\n\n`)
}

async function load(name: string): Promise<FuzzTarget> {
  const { target } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { target: FuzzTarget }
  return target
}

function column(value: string | number): string {
  return String(value).padStart(10)
}

function print(text: string): void {
  process.stdout.write(text)
}
