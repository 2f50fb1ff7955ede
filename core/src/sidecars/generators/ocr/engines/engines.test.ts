import { chmodSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { isAlive } from '../../../../../testing/processes.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { heard } from '../../../../util/heard.ts'
import { SidecarPools } from '../../../processes/sidecar-pools.ts'
import { parseTextSidecar } from '../../../formats/text-sidecar.ts'
import { PLAIN_REQUEST } from '../../../processes/test/plain-request.ts'
import { NO_LANGUAGES } from '../added-languages.ts'
import { detectOcrEngines } from '../detect.ts'
import { drawPage } from '../test/pictures.ts'
import { findTesseract } from './tesseract-program.ts'
import { passUntilSettled } from '../../../../../testing/pass-until-settled.ts'
import { until } from '../../../../../testing/until.ts'

/** A `tesseract` that answers the questions, and does something else than reading. */
function pretend(folder: string, instead: string): void {
  const file = join(folder, 'tesseract')
  writeFileSync(
    file,
    `#!/bin/sh
case "$1" in
  --version) echo 'tesseract 9.9.9'; exit;;
  --list-langs) printf 'List of available languages (3):\\neng\\nosd\\ndeu\\n'; exit;;
esac
# In a box only the folder for temporary files can be written.
echo $$ > '${join(folder, 'pid')}' 2>/dev/null || echo $$ > "$TMPDIR/pid"
${instead}
`,
  )
  chmodSync(file, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
}

afterEach(() => vi.unstubAllEnvs())

const languages = ['eng']
const PAGE = ['A first line of some words', 'and a second line below it', 'and here is a third']

test('the program on the PATH is asked for its version and its languages', async () => {
  // However busy the machine is, programs answer in time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  using temp = createTempDir('ocr')
  pretend(temp.path, 'exit 1')
  expect(await findTesseract()).toMatchObject({ name: 'tesseract', version: '9.9.9', languages: ['eng', 'deu'] })
  const [program] = await detectOcrEngines()
  expect(program).toMatchObject({
    state: 'found',
    version: '9.9.9',
    how: expect.stringContaining('languages eng, deu'),
  })
})

test('the program reads the languages that were added rather than its own', async () => {
  using temp = createTempDir('ocr')
  pretend(temp.path, String.raw`cat > /dev/null; printf '5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t90\t%s\n' "$3 $4"`)
  const folder = join(temp.path, 'added')
  await using program = await findTesseract({ folder, codes: ['eng', 'fra'] })
  const dataOf = async (...codes: string[]) => {
    const [word] = await program!.recognise(Buffer.from('P5 1 1 255 x'), { languages: codes, deadlineMs: 60_000 })
    return word?.text
  }
  expect(await dataOf('eng')).toBe(`--tessdata-dir ${folder}`)
  expect(await dataOf('fra', 'eng')).toBe(`--tessdata-dir ${folder}`)
  expect(await dataOf('deu')).toMatch(/^--dpi /)
  // This one does not say where its own data is, so both can only be read from there.
  expect(await dataOf('deu', 'eng')).toMatch(/^--dpi /)
  await expect(dataOf('deu', 'fra')).rejects.toMatchObject({ code: 'Unavailable' })
})

test('without the program there is none, and the doctor says how to get it', async () => {
  using temp = createTempDir('ocr')
  vi.stubEnv('PATH', temp.path)
  expect(await findTesseract()).toBeNull()
  const [program, embedded] = await detectOcrEngines()
  expect(program).toMatchObject({ state: 'missing', how: expect.stringContaining('apt install tesseract-ocr') })
  expect(embedded).toMatchObject({ name: 'tesseract.js', state: 'embedded' })
})

test.each([
  ['sleeps', 'exec sleep 1000', 'Timeout', /^tesseract was not done after /],
  ['floods its error output', "exec yes 'page 0: cannot do it' >&2", 'Timeout', /^tesseract was not done after /],
  ['prints without end', 'exec yes', 'Unavailable', /^tesseract prints without end$/],
  ['fails', "echo 'image file is broken' >&2; exit 3", 'Unavailable', /^tesseract ended with 3: image file is broken$/],
  ['crashes', 'kill -SEGV $$', 'Unavailable', /^tesseract was ended by SIGSEGV$/],
])('a program that %s is told by name, and does not live on', async (_, instead, code, message) => {
  using temp = createTempDir('ocr')
  pretend(temp.path, instead)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  const engine = (await findTesseract())!
  const read = engine.recognise(new Uint8Array(5_000_000), { languages, deadlineMs: 500 })
  read.catch(() => {})
  // Its time is over when it has begun, however long that takes.
  const pidFile = join(temp.path, 'pid')
  await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')
  if (code === 'Timeout') await passUntilSettled(read, 50)
  await expect(read).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  const pid = Number(readFileSync(pidFile, 'utf8'))
  await until(() => !isAlive(pid))
})

/** Asks a process of the pool for the sidecar of a page. */
async function makeInPool(folder: string, deadlineMs: number) {
  await using pools = new SidecarPools({ temporary: join(folder, 'decoders') })
  const [source, path] = [join(folder, 'page.png'), join(folder, 'default.json')]
  writeFileSync(source, await drawPage(PAGE))
  const { size, mtimeMs } = statSync(source)
  const request = {
    ...PLAIN_REQUEST,
    library: folder,
    work: join(folder, 'work'),
    settings: { languages: '', added: NO_LANGUAGES },
    module: new URL('../make.ts', import.meta.url).href,
    source: { path: source, size, modifiedMs: Math.floor(mtimeMs) },
    content: { type: 'image', mime: 'image/png', size } as const,
    outputs: [{ variant: 'default', format: 'json', draft: `${path}.draft`, path }],
  }
  const { engine } = await pools.run('doc', request, { signal: new AbortController().signal, deadlineMs })
  return { engine, sidecar: parseTextSidecar(readFileSync(path, 'utf8')) }
}

test('without the program the embedded engine reads, within the limits of its process', async () => {
  using temp = createTempDir('ocr')
  vi.stubEnv('PATH', temp.path)
  const { engine, sidecar } = await makeInPool(temp.path, 200_000)
  expect(engine.name).toBe('tesseract.js')
  expect(sidecar).toMatchObject({ version: 1, engine, languages: ['eng'] })
  expect(sidecar!.pages[0]!.text.split(/\n+/)).toEqual(PAGE)
})

/** In milliseconds of a fake clock. */
const HANG_MS = 1_000

test('an engine that hangs is ended with the process it works for', async () => {
  using temp = createTempDir('ocr')
  pretend(temp.path, 'while :; do :; done')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  const made = heard(makeInPool(temp.path, HANG_MS))
  const begun = () => {
    const [file] = globSync(join(temp.path, '{pid,decoders/*/temporary/pid}'))
    return file === undefined ? 0 : Number(readFileSync(file, 'utf8'))
  }
  await until(() => begun() > 0)
  const pid = begun()
  await passUntilSettled(made, HANG_MS / 10)
  await expect(made).rejects.toMatchObject({ code: 'Timeout' })
  await until(() => !isAlive(pid))
})
