import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

/** Prints the address of every module as it is loaded. */
const spy = `import { registerHooks } from 'node:module'
import { writeSync } from 'node:fs'
registerHooks({ load(url, context, next) { writeSync(2, 'loaded ' + url + '\\n'); return next(url, context) } })`

/** Their loading alone takes longer than a command may take. */
const heavy =
  /node_modules\/(zod|kysely|ink|react|pino|@clack|msgpackr|string-width|slice-ansi)\/|\/core\/src\/(core|ops|domain|library)|\/daemon\/src\//

test.each([
  [['--help']],
  [['location', 'add', '--help']],
  [['status']],
  [['complete', '--', 'loc']],
  [['location', 'ad']],
])('%s loads no schema library, no engine and no terminal library', async (args) => {
  await using home = await TestHome.create()
  const preload = `data:text/javascript,${encodeURIComponent(spy)}`
  const { stderr } = spawnSync(process.execPath, ['--import', preload, shim, ...args], {
    env: home.env,
    encoding: 'utf8',
  })
  const loaded = stderr.split('\n').filter((line) => line.startsWith('loaded '))
  expect(loaded.some((line) => line.includes('/cli/src/main.ts'))).toBe(true)
  expect(loaded.filter((line) => heavy.test(line))).toEqual([])
})
