/** Runs SheetJS without its console output: for some old files, it prints thousands of lines about unknown parts. */
export function silently<T>(work: () => T): T {
  const { debug, error, log, warn } = console
  const ignore = () => {}
  Object.assign(console, { debug: ignore, error: ignore, log: ignore, warn: ignore })
  try {
    return work()
  } finally {
    Object.assign(console, { debug, error, log, warn })
  }
}
