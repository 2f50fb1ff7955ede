/** A file to put into an archive. */
export interface TarEntry {
  /** At most 100 bytes; a path may have 155 more before one of its slashes. */
  readonly name: string
  readonly content: string | Uint8Array
  /** Permissions; 0600 by default. */
  readonly mode?: number
}

const BLOCK = 512
const MAX_NAME_BYTES = 100
const MAX_PREFIX_BYTES = 155

/** A POSIX ustar archive of small files. */
export function tar(entries: readonly TarEntry[], mtime: Date): Buffer {
  const parts = entries.flatMap(({ content, mode = 0o600, name }) => {
    const body = typeof content === 'string' ? Buffer.from(content) : content
    const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)
    return [header({ name, mode, size: body.length, mtime }), body, padding]
  })
  // Two empty blocks end an archive.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

interface Header {
  readonly name: string
  readonly mode: number
  readonly size: number
  readonly mtime: Date
}

function header({ mode, mtime, name, size }: Header): Buffer {
  const block = Buffer.alloc(BLOCK)
  const { base, prefix } = splitName(name)
  block.write(base, 0, MAX_NAME_BYTES)
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(Math.floor(mtime.getTime() / 1000), 11), 136)
  // The sum is taken with its own field full of spaces.
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  block.write(prefix, 345, MAX_PREFIX_BYTES)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A long path is stored in two fields, cut at a slash. */
function splitName(name: string): { readonly prefix: string; readonly base: string } {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return { prefix: '', base: name }
  for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
    const [prefix, base] = [name.slice(0, slash), name.slice(slash + 1)]
    if (Buffer.byteLength(base) <= MAX_NAME_BYTES && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES)
      return { prefix, base }
  }
  throw new RangeError(`the path ${name} is too long for a tar archive`)
}

/** Numbers in a tar header are octal text. */
function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`
}
