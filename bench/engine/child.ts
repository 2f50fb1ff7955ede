import { Core, type Logger } from '@spacedrive/core'
import { type Answer, NO_SIDECARS, type Question, type Ready } from './messages.ts'
import { type TaskContext, tasks } from './tasks.ts'

/** A process with one engine, which the benchmark asks over the channel of `fork`. */
const [dataDir, ...options] = process.argv.slice(2)
const logged = new Map<string, number>()
const note = (_fields: object, message: string) => {
  if (!logged.has(message)) logged.set(message, performance.now())
}
const complain = (fields: object, message: string) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
const log: Logger = { debug: note, info: note, warn: complain, error: complain }

const begun = performance.now()
await using core = await Core.open({
  dataDir: dataDir!,
  log,
  generators: options.includes(NO_SIDECARS) ? [] : undefined,
})
const openedAt = performance.now()
if (core.libraries.list().length === 0) await core.libraries.create({ name: 'Bench' })
const context: TaskContext = { core, logged, openedAt }
say({ openMs: openedAt - begun })

const { promise: closed, resolve: close } = Promise.withResolvers<void>()
process.on('message', (question: Question) => void answer(question))
process.once('disconnect', close)
await closed

async function answer({ id, input, task }: Question): Promise<void> {
  try {
    const run = tasks[task as keyof typeof tasks] as (context: TaskContext, input: unknown) => Promise<unknown>
    say({ id, result: await run(context, input) })
  } catch (err) {
    say({ id, error: err instanceof Error ? (err.stack ?? err.message) : String(err) })
  }
}

function say(message: Answer | Ready): void {
  if (process.connected) process.send!(message)
}
