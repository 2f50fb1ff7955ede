import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { change, codeOf, copyOfProgram, run, runTests } from './program-copy.ts'
import { TestHome } from './run-cli.ts'

test('an operation that follows the guide passes its test, and is a command with help', async () => {
  using copy = copyOfProgram()
  addOperation(copy.path)

  expect(run(copy.path, ['scripts/generate.ts'])).toEqual({ output: '', status: 0 })
  expect(runTests(copy.path, 'core/test/fullest.test.ts')).toEqual({
    output: expect.stringMatching(/^1\.\.1$\n^ok /m),
    status: 0,
  })

  await using home = await TestHome.create()
  const spacedrive = (...args: string[]) => run(copy.path, ['cli/bin/spacedrive.mjs', ...args], home.env)
  expect(spacedrive('volume', 'fullest', '--help').output).toContain(
    '--limit <n>  maximum number of volumes (default 3)',
  )
  spacedrive('library', 'create', 'Mine')
  const { output, status } = spacedrive('volume', 'fullest', '--limit', '1', '--json')
  spacedrive('stop')
  expect(status).toBe(0)
  expect(JSON.parse(output)).toEqual([expect.objectContaining({ fingerprint: expect.any(String) })])
})

/** Does what the guide says. */
function addOperation(program: string): void {
  const [declaration, method, testFile] = codeOf('add-an-operation.md')
  change(join(program, 'core/src/ops/volumes.ts'), '/** The operations of this file', `${declaration}\n$&`)
  change(join(program, 'core/src/ops/volumes.ts'), 'operations = [', '$&fullestVolumes, ')
  change(
    join(program, 'core/src/volume/library-volumes.ts'),
    '  /**\n   * Finds a volume by its fingerprint',
    `${method}\n$&`,
  )
  writeFileSync(join(program, 'core/test/fullest.test.ts'), testFile!)
}
