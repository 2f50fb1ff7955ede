import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark } from './benchmark.ts'
import { formatMachine, formatTable } from './format.ts'
import type { BenchmarkResult } from './run-benchmark.ts'

const INTRODUCTION = `# Performance

Written by \`npm run bench -- report\` from \`bench/results/\`; \`npm run bench -- <name>\` measures again. Every benchmark runs
ours and its peers in turn, in fresh processes, on trees that a seeded generator makes (\`bench/tree.ts\`). Shown are the
median, the least and the most. In brackets: ours divided by the peer's. "Share of the limit" compares with what cannot
be avoided on the machine, such as the walk alone. Peers say what they do in their own way: \`updatedb\` keeps only names,
\`b3sum\` only prints. The sections were measured at different times, some at different states of the code: each says
when, how often, and how busy the machine was.
`

/** Writes the page from the results. Returns how many goals were met, and how many were missed. */
export function writeReport(
  resultsDir: string,
  page: string,
  benchmarks: readonly Benchmark[],
): { met: number; missed: number } {
  const known = new Set(readdirSync(resultsDir))
  const measured = benchmarks.filter(({ name }) => known.has(`${name}.json`))
  const sections = measured.map((benchmark) => {
    const text = readFileSync(join(resultsDir, `${benchmark.name}.json`), 'utf8')
    return { benchmark, result: JSON.parse(text) as BenchmarkResult }
  })
  const figures = sections.flatMap(({ result }) => result.figures)
  const met = figures.filter((figure) => figure.met === true).length
  const missed = figures.filter((figure) => figure.met === false).length
  const summary = `${met} of ${met + missed} goals are met.\n`
  writeFileSync(page, [INTRODUCTION, summary, ...sections.map(section)].join('\n'))
  return { met, missed }
}

function section({ benchmark, result }: { benchmark: Benchmark; result: BenchmarkResult }): string {
  const missing = result.missing.length > 0 ? [`Not installed there: ${result.missing.join(', ')}.`] : []
  const remarks = [...missing, ...(benchmark.remarks ?? [])]
  return [
    `## ${result.name}: ${result.title}\n`,
    `${formatTable(result)}\n`,
    `${formatMachine(result)}.\n`,
    ...(remarks.length > 0 ? [`${remarks.map((remark) => `- ${remark}`).join('\n')}\n`] : []),
  ].join('\n')
}
