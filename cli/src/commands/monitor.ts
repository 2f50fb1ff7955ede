import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession, requireDataFolder, untilLeft } from '../session.ts'

/** Full screen in a terminal; in a pipe one JSON line for each event. */
export async function monitor(_values: Values, context: CliContext): Promise<number> {
  requireDataFolder(context)
  using session = await openSession(context)
  const { globals, io, interrupt } = context
  if (!io.out.animated || !process.stdin.isTTY || globals.json || globals.jsonl) {
    using subscription = await session.subscribe(null, (event) => io.printJsonLine(event))
    await untilLeft(session, interrupt.signal)
    return exitCodes.ok
  }
  const [{ render }, { createElement }, { MonitorApp }, { MonitorController }] = await Promise.all([
    import('ink'),
    import('react'),
    import('../monitor/app.ts'),
    import('../monitor/controller.ts'),
  ])
  using controller = new MonitorController(session)
  using subscription = await session.subscribe(
    null,
    (event) => controller.heard(event),
    () => controller.refresh(),
  )
  void session.closed.then(() => controller.lost())
  const app = render(createElement(MonitorApp, { controller, style: io.out.style }), {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: true,
    patchConsole: false,
  })
  await app.waitUntilExit()
  return exitCodes.ok
}
