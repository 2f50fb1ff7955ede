import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTempDir } from '../../core/testing/index.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['core', 'client', 'daemon', 'web']
const FEATURE = 'web/src/features/volumes'

test('a page that follows the guide compiles, and passes its tests', () => {
  using copy = copyOfExplorer()
  addPage(copy.path)

  expect(runTool(copy.path, ['@typescript/native/bin/tsc', '--noEmit', '-p', 'web'])).toEqual({ output: '', status: 0 })
  expect(runTool(copy.path, ['vitest/vitest.mjs', 'run', '--reporter=tap-flat', FEATURE])).toEqual({
    output: expect.stringMatching(/^1\.\.2$(\nok .*){2}\n$/m),
    status: 0,
  })
})

/** The sources in another place: the tests of the explorer also use those of the engine and of the daemon. */
function copyOfExplorer() {
  const temp = createTempDir('explorer')
  for (const part of [...COPIED, 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(repository, part), join(temp.path, part), {
      recursive: true,
      filter: (source) => !source.endsWith('/dist') && !source.endsWith('node_modules'),
    })
  symlinkSync(join(repository, 'node_modules'), join(temp.path, 'node_modules'))
  return temp
}

/** Does what the guide says. */
function addPage(explorer: string): void {
  const guide = readFileSync(join(repository, 'docs/guides/add-a-page.md'), 'utf8')
  const [page, component, line, tests] = [...guide.matchAll(/```tsx\n(.*?)```/gs)].map(([, code]) => code!)
  mkdirSync(join(explorer, FEATURE))
  writeFileSync(join(explorer, FEATURE, 'page.ts'), page!)
  writeFileSync(join(explorer, FEATURE, 'volumes-page.tsx'), component!)
  writeFileSync(join(explorer, FEATURE, 'volumes-page.test.tsx'), tests!)
  const list = join(explorer, 'web/src/app/pages.ts')
  const pages = readFileSync(list, 'utf8').replace('pages = [\n', `pages = [\n${line}`)
  writeFileSync(list, `import { volumesPage } from '../features/volumes/page.ts'\n${pages}`)
}

function runTool(folder: string, [script = '', ...args]: readonly string[]) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(repository, 'node_modules', script), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { output: stdout + stderr, status }
}
