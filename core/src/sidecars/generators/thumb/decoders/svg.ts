import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CoreError } from '../../../../util/errors.ts'
import { readWhole } from '../../text/read-whole.ts'
import { type Decode, fromEncoded } from './picture.ts'

/** Limit on the size of a drawing, unpacked. */
const MAX_BYTES = 64 * 2 ** 20
/** The root element is searched for in this many characters. */
const MAX_ROOT_CHARS = 65_536
const ROOT = /<(?:\w+:)?svg\b[^>]*>/
/** The size for a drawing that states its size only relative to a page. */
const PAGE = 'width="1024" height="1024"'

const unpack = promisify(gunzip)

/**
 * Draws SVG, compressed or not. It is passed to the library from memory, because an SVG that is opened by its path may
 * include other files.
 */
export const decode: Decode = async (source, _, side) => {
  const file = await readWhole(source, MAX_BYTES)
  return fromEncoded(sized(isPacked(file) ? await unpacked(file) : file), side)
}

function isPacked(file: Buffer): boolean {
  return file[0] === 0x1f && file[1] === 0x8b
}

async function unpacked(file: Buffer): Promise<Buffer> {
  return unpack(file, { maxOutputLength: MAX_BYTES }).catch((cause: unknown) => {
    throw new CoreError('Corrupt', 'it cannot be unpacked', { cause })
  })
}

/**
 * Gives a size to a drawing that states its size only relative to a page. Without a `viewBox`, it would be drawn with
 * one pixel.
 */
function sized(svg: Buffer): Buffer {
  const head = svg.toString('latin1', 0, MAX_ROOT_CHARS)
  const root = ROOT.exec(head)
  if (!root || /\sviewBox\s*=/.test(root[0]) || !/\s(?:width|height)\s*=\s*["'][^"']*%/.test(root[0])) return svg
  const without = root[0].replaceAll(/\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
  const changed = without.replace(/(<(?:\w+:)?svg\b)/, `$1 ${PAGE}`)
  const rest = svg.subarray(root.index + root[0].length)
  return Buffer.concat([svg.subarray(0, root.index), Buffer.from(changed, 'latin1'), rest])
}
