import { Core } from '../../src/core.ts'
import { settingsOf } from '../../src/config/schema.ts'
import { ops } from '../../src/ops/index.ts'
import { createTestMachine } from '../../testing/test-machine.ts'

// Run by `new-sidecar-kind.test.ts` in a copy of the engine: prints what the engine knows of a file's sidecars.

export interface ProbeReport {
  readonly sidecars: readonly { readonly kind: string; readonly state: string; readonly file: string }[]
  readonly kind: unknown
  readonly setting: string | undefined
  readonly text: string | undefined
  readonly type: string | undefined
}

const [, , dataDir, path] = process.argv as unknown as [string, string, string, string]
const { signal } = new AbortController()
const isOutline = (kind: string) => kind === 'outline'
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const core = await Core.open({ dataDir, log: silent, machine: createTestMachine() })
const library = core.libraries.resolve()
await library.jobs.idle()
await library.sidecars.queue.refill(signal)
await library.jobs.idle()
const contentId = await library.files.contentOf(path, signal)
const sidecars = await library.sidecars.views.list(contentId)
const outline = sidecars.find(({ kind }) => isOutline(kind))
const kinds = await ops['sidecars.kinds'].run({}, { core, signal })
const text =
  outline && (await library.sidecars.views.text(contentId, { kind: outline.kind as 'text', characters: 100 }, signal))
const info = await library.files.info(path, signal)
const report: ProbeReport = {
  sidecars: sidecars.map(({ format, kind, state, variant }) => ({ kind, state, file: `${variant}.${format}` })),
  kind: kinds.find(({ kind }) => isOutline(kind)),
  setting: settingsOf({}).find(({ key }) => key === 'sidecars.outline')?.summary,
  text: text?.parts.map((part) => part.text).join('\n'),
  type: info.type,
}
process.stdout.write(JSON.stringify(report))
await core.close()
