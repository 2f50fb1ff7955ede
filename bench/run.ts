import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Benchmark } from './harness/benchmark.ts'
import { formatMachine, formatTable } from './harness/format.ts'
import { writeReport } from './harness/report.ts'
import { runBenchmark } from './harness/run-benchmark.ts'
import { benchmarks } from './benchmarks.ts'

const RESULTS = join(import.meta.dirname, 'results')
const PAGE = join(import.meta.dirname, '../docs/performance.md')
const NAMES = benchmarks.map(({ name }) => name)

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    'tree-dir': { type: 'string', default: join(tmpdir(), 'spacedrive-bench') },
  },
})

if (positionals.length === 0) {
  print(`npm run bench -- <${[...NAMES, 'all', 'report'].join(' | ')}> [--runs N] [--tree-dir DIR]`)
  process.exitCode = 2
} else {
  mkdirSync(RESULTS, { recursive: true })
  for (const benchmark of chosen(positionals)) await measure(benchmark)
  const { met, missed } = writeReport(RESULTS, PAGE, benchmarks)
  print(`docs/performance.md: ${met} goals met, ${missed} missed`)
}

function chosen(names: readonly string[]): readonly Benchmark[] {
  if (names.includes('all')) return benchmarks
  const unknown = names.filter((name) => name !== 'report' && !NAMES.includes(name))
  if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are ${NAMES.join(', ')}`)
  return benchmarks.filter(({ name }) => names.includes(name))
}

async function measure(benchmark: Benchmark): Promise<void> {
  const runs = values.runs === undefined ? benchmark.runs : Number(values.runs)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const result = await runBenchmark(benchmark, { runs, treeDir: values['tree-dir'], say })
  writeFileSync(join(RESULTS, `${benchmark.name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  print(`\n${benchmark.name}: ${benchmark.title}\n${formatMachine(result)}\n\n${formatTable(result)}\n`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
