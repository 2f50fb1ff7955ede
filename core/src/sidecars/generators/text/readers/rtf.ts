import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** Limit on the nesting of groups; deeper groups count as one. */
const MAX_GROUPS = 1_000
const REPLACED: Readonly<Record<string, string>> = {
  par: '\n',
  line: '\n',
  row: '\n',
  sect: '\n',
  page: '\n',
  cell: '\t',
  tab: '\t',
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
}
/** Groups whose text is not part of the document. */
const skippedGroups: ReadonlySet<string> = new Set(
  'fonttbl colortbl stylesheet info pict object shprslt themedata colorschememapping datastore latentstyles listtable listoverridetable rsidtbl generator xmlnstbl mmathPr fldinst'.split(
    ' ',
  ),
)
/** Groups with separate text, even if they are marked as unknown to older readers, or are inside such a group. */
const textGroups: ReadonlySet<string> = new Set(
  'footnote annotation shptxt header footer headerl headerr headerf footerl footerr footerf'.split(' '),
)
/** Code pages whose name is not `windows-<number>`. */
const encodings: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
}

/**
 * Matches a control word with its number, a hexadecimal byte, a control sign, a brace, a meaningless line end, or
 * text.
 */
const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi

interface Group {
  readonly isSkipped: boolean
  /** Whether the group is one of `textGroups`. */
  readonly isApart: boolean
  /** The number of fallback characters that follow each Unicode character, for readers without Unicode support. */
  readonly fallback: number
}

/** Reads rich text in one pass, without recursion. */
export const read: ReadText = async (source, maxChars) => {
  const rtf = (await readWhole(source)).toString('latin1')
  if (!rtf.startsWith('{\\rtf')) throw new CoreError('Corrupt', 'it does not begin as rich text does')
  const out = new PageCollector(maxChars)
  out.begin()
  collectRtf(rtf, out)
  return { engine: ownEngine, ...out.finish() }
}

function collectRtf(rtf: string, out: PageCollector): void {
  const token = new RegExp(TOKEN)
  const outer: Group[] = []
  let group: Group = { isSkipped: false, isApart: false, fallback: 1 }
  let decoder = new TextDecoder('windows-1252')
  let bytes: number[] = []
  // The number of fallback characters that must still be skipped.
  let passOver = 0
  const put = (text: string) => {
    if (!group.isSkipped) out.add(text)
  }
  const putBytes = () => {
    if (bytes.length === 0) return
    put(decoder.decode(Uint8Array.from(bytes)))
    bytes = []
  }
  for (let found = token.exec(rtf); found && !out.isFull; found = token.exec(rtf)) {
    const [, word, number, hex, sign, brace, text] = found
    if (hex !== undefined || text !== undefined) {
      // Plain letters are decoded as bytes of the code page too: the second byte of a character may look like a letter.
      const added = hex === undefined ? Buffer.from(text!, 'latin1') : Buffer.of(Number.parseInt(hex, 16))
      const passed = Math.min(passOver, added.length)
      passOver -= passed
      if (!group.isSkipped) for (const byte of added.subarray(passed)) bytes.push(byte)
      continue
    }
    if (word === undefined && sign === undefined && brace === undefined) continue
    putBytes()
    if (brace === '{') {
      if (outer.length < MAX_GROUPS) outer.push(group)
      group = { ...group, isApart: false }
    } else if (brace === '}') {
      if (group.isApart) put('\n')
      group = outer.pop() ?? group
      passOver = 0
    } else if (sign !== undefined) {
      if (sign === '*') group = { ...group, isSkipped: true }
      else if ('\\{}'.includes(sign)) put(sign)
      else if (sign === '~') put(' ')
      else if (sign === '\n' || sign === '\r') put('\n')
    } else if (word !== undefined) {
      const value = number === undefined ? null : Number(number)
      if (word === 'u' && value !== null) {
        put(String.fromCharCode(value & 0xffff))
        passOver = group.fallback
      } else if (word === 'uc') group = { ...group, fallback: value ?? 1 }
      else if (word === 'bin' && value !== null && value > 0) token.lastIndex += value
      else if (word === 'ansicpg' && value !== null) decoder = decoderOf(value) ?? decoder
      else if (textGroups.has(word)) {
        group = { ...group, isSkipped: false, isApart: true }
        put('\n')
      } else if (skippedGroups.has(word)) group = { ...group, isSkipped: true }
      else if (Object.hasOwn(REPLACED, word)) put(REPLACED[word]!)
    }
  }
  putBytes()
}

function decoderOf(codePage: number): TextDecoder | null {
  try {
    return new TextDecoder(encodings[codePage] ?? `windows-${codePage}`)
  } catch {
    return null
  }
}
