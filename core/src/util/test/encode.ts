/** Encodes text as any encoding that `TextDecoder` can decode: by decoding all byte sequences of it once. */
export function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le')
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16()
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'iso-2022-jp') return iso2022jp(text)
  const table = tableOf(encoding)
  return Buffer.concat(
    Array.from(text, (sign) => {
      const bytes = table.get(sign)
      if (!bytes) throw new Error(`${encoding} has no ${sign}`)
      return bytes
    }),
  )
}

const tables = new Map<string, Map<string, Buffer>>()

function tableOf(encoding: string): Map<string, Buffer> {
  const known = tables.get(encoding)
  if (known) return known
  const table = new Map<string, Buffer>()
  const decoder = new TextDecoder(encoding, { fatal: true })
  const add = (bytes: Buffer) => {
    try {
      const sign = decoder.decode(bytes)
      if (Array.from(sign).length === 1 && !table.has(sign)) table.set(sign, bytes)
    } catch {
      // No character.
    }
  }
  for (let first = 0; first < 256; first++) add(Buffer.from([first]))
  if (DOUBLE.has(encoding))
    for (let first = 0x81; first < 0xff; first++)
      for (let second = 0x40; second < 0xff; second++) add(Buffer.from([first, second]))
  tables.set(encoding, table)
  return table
}

const DOUBLE: ReadonlySet<string> = new Set(['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr'])

/** Runs of Japanese between escape sequences: the bytes of EUC-JP without their high bit. */
function iso2022jp(text: string): Buffer {
  return Buffer.concat(
    text.split(/([^ -~\n]+)/).map((run, at) => {
      if (at % 2 === 0) return Buffer.from(run, 'latin1')
      const bytes = encode(run, 'euc-jp').map((byte) => byte & 0x7f)
      return Buffer.concat([Buffer.from('\u001B$B'), bytes, Buffer.from('\u001B(B')])
    }),
  )
}
