import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { change, codeOf, copyOfProgram, run, runTests } from './program-copy.ts'

test('an event and a job that follow their guides have the right types, pass their tests, and can be generated', () => {
  using copy = copyOfProgram()
  addEvent(copy.path)
  addJob(copy.path)

  expect(run(copy.path, ['scripts/generate.ts'])).toEqual({ output: '', status: 0 })
  expect(run(copy.path, ['node_modules/.bin/tsc', '--noEmit'])).toEqual({ output: '', status: 0 })
  expect(runTests(copy.path, 'core/test/volume-untracked.test.ts', 'core/test/measure-folder.test.ts')).toEqual({
    output: expect.stringMatching(/^1\.\.2$\n^ok .*\n(?: .*\n)*^ok /m),
    status: 0,
  })
  // The page asks again for the volumes after the event.
  const stale: unknown = JSON.parse(readFileSync(join(copy.path, 'web/src/api/stale-answers.json'), 'utf8'))
  expect(stale).toMatchObject({ topicsByEvent: { 'volume.untracked': ['volumes'] } })
})

/** Does what the guide says. */
function addEvent(program: string): void {
  const [declaration, audience, topics, raising, testFile] = codeOf('add-an-event.md')
  const catalog = join(program, 'core/src/events/catalog.ts')
  change(catalog, 'export const events = {\n', `$&${declaration}`)
  change(catalog, 'export const audiences = {\n', `$&${audience}`)
  change(catalog, 'export const topicsOf = {\n', `$&${topics}`)
  const written = `${raising!.split('\n')[0]!.trim()}\n`
  change(join(program, 'core/src/volume/library-volumes.ts'), written, raising!)
  writeFileSync(join(program, 'core/test/volume-untracked.test.ts'), testFile!)
}

/** Does what the guide says. */
function addJob(program: string): void {
  const [declaration, face, testFile] = codeOf('add-a-job.md')
  writeFileSync(join(program, 'core/src/files/measure-folder.ts'), declaration!)
  change(join(program, 'core/src/files/index.ts'), 'export { PlainView }', `${face}$&`)
  const openFeatures = join(program, 'core/src/library/open-features.ts')
  change(openFeatures, 'import { Copies, Files }', 'import { Copies, Files, measureFolder }')
  change(openFeatures, 'definitions: [', '$&measureFolder, ')
  writeFileSync(join(program, 'core/test/measure-folder.test.ts'), testFile!)
}
