/** Characters that some system does not allow in names, and control characters. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f"*/:<>?\\|]/g
/** Windows ignores these at the end of a name. */
const IGNORED_END = /[. ]+$/
/** Names of devices on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** A name that every system accepts for a file. */
export function portableName(name: string): string {
  const safe = name.toWellFormed().replaceAll(FORBIDDEN, '_').replace(IGNORED_END, '')
  if (safe === '') return '_'
  return DEVICE.test(safe) ? `_${safe}` : safe
}

/**
 * The names in an archive. Each is given out once, also for systems that ignore case or the form of accents; a second
 * file of the same name becomes `name (2).txt`.
 */
export class ArchiveNames {
  /** The names that were given out, each with the number to try next if it is wanted again. */
  readonly #taken = new Map<string, number>()

  /** `folder`: path of the folder in the archive, with a slash at its end; empty at the top. */
  take(folder: string, name: string): string {
    const wanted = portableName(name)
    const key = sameForAll(folder + wanted)
    if (!this.#taken.has(key)) return this.#give(folder + wanted, key)
    const dot = wanted.lastIndexOf('.')
    const [stem, end] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, '']
    for (let count = this.#taken.get(key) ?? FIRST_COPY; ; count++) {
      const path = `${folder}${stem} (${count})${end}`
      const copy = sameForAll(path)
      if (this.#taken.has(copy)) continue
      this.#taken.set(key, count + 1)
      return this.#give(path, copy)
    }
  }

  #give(path: string, key: string): string {
    this.#taken.set(key, FIRST_COPY)
    return path
  }
}

const FIRST_COPY = 2

/** The same for two paths that some system takes for one. */
function sameForAll(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
