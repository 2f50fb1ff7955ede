import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeGenerators } from '../src/sidecars/index.ts'
import { Config } from '../src/config/schema.ts'
import { createTempDir, createTestCore } from '../testing/index.ts'
import type { ProbeReport } from './probes/list-sidecars.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const GENERATORS = 'core/src/sidecars/generators'

test('a kind that follows the guide is listed, set and shown, wherever it and the others stand in the list', async () => {
  await using t = await createTestCore({ generators: makeGenerators(Config.parse({})) })
  const path = t.write('notes.md', '# Groceries\nbread\n## Later\nwine\n')
  await t.add({ mode: 'content' })
  await t.settle()
  const before = await sidecarsOf(t, path)
  await t.core.close()

  using copy = copyOfEngine()
  addKind(copy.path)
  const report = probe(copy.path, t.dataDir, path)

  expect(report.sidecars.filter(({ kind }) => kind !== 'outline')).toEqual(before)
  expect(report.sidecars.find(({ kind }) => kind === 'outline')).toEqual({
    kind: 'outline',
    state: 'ready',
    file: 'default.json',
  })
  expect(report.kind).toEqual({
    kind: 'outline',
    label: 'Outlines',
    folder: 'outlines',
    variants: ['default'],
    usual: 'on',
    search: 'text',
    preview: 'pages',
    origin: 'generated',
  })
  expect(report.setting).toBe('Outlines: on, off, default, or variants joined by +')
  expect(report.text).toBe('# Groceries\n## Later')
  expect(report.type).toBe('text')
})

async function sidecarsOf({ library }: Awaited<ReturnType<typeof createTestCore>>, path: string) {
  const contentId = await library.files.contentOf(path, new AbortController().signal)
  const sidecars = await library.sidecars.views.list(contentId)
  return sidecars.map(({ format, kind, state, variant }) => ({ kind, state, file: `${variant}.${format}` }))
}

/** The parts of the repository that the engine needs, in another place. */
function copyOfEngine() {
  const temp = createTempDir('engine')
  for (const part of ['package.json', 'core', 'scripts'])
    cpSync(join(repository, part), join(temp.path, part), {
      recursive: true,
      filter: (source) => !source.endsWith('node_modules'),
    })
  symlinkSync(join(repository, 'node_modules'), join(temp.path, 'node_modules'))
  return temp
}

/** Does what the guide says, and reverses the orders that must mean nothing. */
function addKind(engine: string): void {
  const guide = readFileSync(join(repository, 'docs/guides/add-a-generator.md'), 'utf8')
  const [declaration, make, line] = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
  mkdirSync(join(engine, GENERATORS, 'outline'))
  writeFileSync(join(engine, GENERATORS, 'outline/index.ts'), declaration!)
  writeFileSync(join(engine, GENERATORS, 'outline/make.ts'), make!)
  change(join(engine, GENERATORS, 'index.ts'), (list) => {
    const withLine = list.replace('  return [\n', `  return [\n${line}`)
    return `import { outlines } from './outline/index.ts'\n${withReversed(withLine, '  return [\n', '  ]')}`
  })
  change(join(engine, 'core/src/domain/stored-lists.ts'), (lists) =>
    withReversed(lists, 'fileTypeNumbers = {\n', '} as const'),
  )
  execFileSync(process.execPath, [join(engine, 'scripts/generate-sidecar-kinds.ts')])
}

function change(file: string, to: (before: string) => string): void {
  writeFileSync(file, to(readFileSync(file, 'utf8')))
}

/** Reverses the lines between two texts. */
function withReversed(text: string, after: string, before: string): string {
  const start = text.indexOf(after) + after.length
  const end = text.indexOf(before, start)
  const lines = text.slice(start, end).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(5)
  return `${text.slice(0, start)}${lines.toReversed().join('\n')}\n${text.slice(end)}`
}

function probe(engine: string, dataDir: string, path: string): ProbeReport {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' }
  const program = join(engine, 'core/test/probes/list-sidecars.ts')
  return JSON.parse(execFileSync(process.execPath, [program, dataDir, path], { encoding: 'utf8', env })) as ProbeReport
}
