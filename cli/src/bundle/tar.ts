/** A file to put into an archive. */
export interface TarEntry {
  /** At most 100 bytes. */
  readonly name: string
  readonly content: string
}

const BLOCK = 512

/** A POSIX ustar archive of small files. */
export function tar(entries: readonly TarEntry[], mtime: Date): Buffer {
  const parts = entries.flatMap(({ content, name }) => {
    const body = Buffer.from(content)
    return [header({ name, size: body.length, mtime }), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
  })
  // Two empty blocks end an archive.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function header({ mtime, name, size }: { readonly name: string; readonly size: number; readonly mtime: Date }): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, 100)
  block.write(octal(0o600, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(Math.floor(mtime.getTime() / 1000), 11), 136)
  // The sum is taken with its own field full of spaces.
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Numbers in a tar header are octal text. */
function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`
}
