import { scenario } from '../runner.ts'

/** Roles that do what a runner must survive; each says its process id first. */
await scenario('they fail', import.meta.url, {
  async patient({ say, until }) {
    say(`pid-${process.pid}`)
    await until('failing', 'never')
  },
  async failing({ say }) {
    say(`pid-${process.pid}`)
    process.stdout.write('about to fail\n')
    throw new Error('as it was meant to')
  },
  async quitting({ say }) {
    say(`pid-${process.pid}`)
    process.exit(0)
  },
  async deaf({ say }) {
    say(`pid-${process.pid}`)
    process.on('SIGTERM', () => {})
    await new Promise(() => setInterval(() => {}, 60_000))
  },
})
