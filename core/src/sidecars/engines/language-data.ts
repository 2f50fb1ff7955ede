import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CoreError } from '../../util/errors.ts'
import { makeFolders } from '../../util/make-folders.ts'
import { pathError } from '../../util/path-error.ts'
import { syncDirectory } from '../../util/write-file.ts'
import { LANGUAGE_CODE, languageFile } from '../generators/ocr/added-languages.ts'
import { languageName } from '../generators/ocr/languages.ts'
import { download, findPackageFile, registryOf } from './npm-registry.ts'
import { readTarMembers } from '../tar-members.ts'

/** The scope of the packages with the data of a language each, and their version. */
const SCOPE = '@tesseract.js-data'
const VERSION = '1.0.0'
/** Each package has two versions of the data. This one is equally good and a quarter of the size. */
const SORT = '4.0.0_best_int'
/** Limit on unpacked data; no language has as much. */
const MAX_DATA_BYTES = 128 * 2 ** 20

/**
 * Installs the data of a language into a folder. Throws `InvalidInput` for a name that is no code, `NotFound` for an
 * unknown language, and the errors of `findPackageFile` and `download`. A failure leaves nothing behind.
 */
export async function addLanguage(folder: string, code: string, signal: AbortSignal): Promise<void> {
  if (!LANGUAGE_CODE.test(code))
    throw new CoreError('InvalidInput', `${code} is no code of a language; Tesseract’s codes look like deu or chi_sim`)
  const registry = await registryOf(SCOPE)
  const name = `${SCOPE}/${code}`
  const file = await findPackageFile(registry, { name, version: VERSION }, signal).catch((err: unknown) => {
    throw forLanguage(err, code, folder)
  })
  await useDraft(folder, languageFile(folder, code), async (draft) => {
    let isFound = false
    for await (const { data, path } of readTarMembers(download(file, signal))) {
      if (path !== `package/${SORT}/${code}.traineddata.gz`) continue
      isFound = true
      await unpack(data, draft)
    }
    if (!isFound) throw new CoreError('Corrupt', `the package ${name} holds no data of the language`)
  })
}

/** Replaces the advice in an error by advice about languages. */
function forLanguage(err: unknown, code: string, folder: string): unknown {
  if (!(err instanceof CoreError)) return err
  const file = languageFile(folder, code)
  if (err.code === 'NotFound')
    return new CoreError(
      'NotFound',
      `there is no package with the data of ${languageName(code)} (${code}). If Tesseract has it, install its package, such as tesseract-ocr-${code}, or put its data into ${file}`,
      { cause: err },
    )
  if (err.code === 'Offline')
    return new CoreError('Offline', `${err.message}. Without a connection, put the data of Tesseract into ${file}`, {
      cause: err,
    })
  return err
}

/** Writes a file to a temporary path, and moves it to its final path when it is complete. */
async function useDraft(folder: string, path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(folder, `.${randomUUID()}`)
  try {
    makeFolders(folder)
    await write(draft)
    await rename(draft, path)
    await syncDirectory(folder)
  } catch (err) {
    throw err instanceof CoreError ? err : pathError(err, path)
  } finally {
    await rm(draft, { force: true })
  }
}

async function unpack(packed: AsyncIterable<Buffer>, draft: string): Promise<void> {
  await using file = await open(draft, 'wx', 0o600)
  let size = 0
  const unpacked = pipeline(Readable.from(packed), createGunzip(), () => {}) as AsyncIterable<Buffer>
  try {
    for await (const part of unpacked) {
      size += part.length
      if (size > MAX_DATA_BYTES) throw new CoreError('Corrupt', `the data is larger than ${MAX_DATA_BYTES} bytes`)
      await file.writeFile(part)
    }
  } catch (err) {
    if (err instanceof Error && 'code' in err && String(err.code).startsWith('Z_'))
      throw new CoreError('Corrupt', `the data of the language is damaged: ${err.message}`, { cause: err })
    throw err
  }
  await file.sync()
}
