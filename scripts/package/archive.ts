import { packTar, unpackTar } from 'modern-tar'

/** A package has a few thousand files. */
const MAX_FILES = 20_000
/** Programs are started by their path; every other file is read. */
const EXECUTABLE = /^cli\/bin\//

export interface Archive {
  /** The one folder that everything is in. */
  readonly folder: string
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Time of every file. */
  readonly at: Date
}

/** A tar archive. The same files give the same bytes. It is not compressed, so that each of its bytes can be checked. */
export async function packArchive({ at, files, folder }: Archive): Promise<Buffer> {
  const entries = [...files].map(([name, body]) => ({
    header: {
      name: `${folder}/${name}`,
      size: body.length,
      mode: EXECUTABLE.test(name) ? 0o755 : 0o644,
      mtime: at,
    },
    body,
  }))
  return Buffer.from(await packTar(entries))
}

export interface UnpackedArchive {
  readonly folder: string
  readonly files: Map<string, Uint8Array>
}

/** The files of an archive that `packArchive` made. Throws a sentence for every other one. */
export async function unpackArchive(bytes: Uint8Array): Promise<UnpackedArchive> {
  const entries = await unpackTar(bytes, { strict: true }).catch((cause: unknown) => {
    throw new Error(`The file is not a tar archive, or the archive is damaged.`, { cause })
  })
  if (entries.length > MAX_FILES) throw new Error(`The archive has more than ${MAX_FILES} files.`)
  const files = new Map<string, Uint8Array>()
  let folder: string | null = null
  for (const { data, header } of entries) {
    const { name, type } = header
    if (type !== 'file' || !data) throw new Error('The archive has an entry that is not a plain file.')
    const [top = '', ...rest] = name.split('/')
    folder ??= top
    const path = rest.join('/')
    if (top !== folder || top === '' || rest.length === 0 || rest.some((part) => ['', '.', '..'].includes(part)))
      throw new Error(`The archive has a file at ${name}, outside its folder ${folder}.`)
    if (files.has(path)) throw new Error(`The archive has ${path} twice.`)
    files.set(path, data)
  }
  if (folder === null) throw new Error('The archive is empty.')
  return { folder, files }
}
