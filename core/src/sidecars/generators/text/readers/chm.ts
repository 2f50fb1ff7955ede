import { posix } from 'node:path'
import { Parser } from 'htmlparser2'
import { ChmFile } from '../chm/chm-file.ts'
import { decodeText } from '../decode-text.ts'
import { collectHtml } from '../html-text.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

const PAGE = /\.html?$/i
const CONTENTS = /\.hhc$/i
/** Limit on the bytes of a page. */
const MAX_PAGE_BYTES = 8 * 2 ** 20

/** Reads compiled HTML help: one page for each of its pages, in the order of the table of contents. */
export const read: ReadText = async (source, maxChars) => {
  const chm = new ChmFile(await readWhole(source))
  const pages = chm.names.filter((name) => PAGE.test(name))
  const byName = new Map(pages.map((name) => [name.toLowerCase(), name]))
  const contents = chm.names.find((name) => CONTENTS.test(name))
  const listed = contents === undefined ? [] : await listPages(chm.read(contents)!, contents)
  const inOrder = listed.map((name) => byName.get(name.toLowerCase())).filter((name) => name !== undefined)
  const out = new PageCollector(maxChars)
  for (const name of new Set([...inOrder, ...pages])) {
    if (out.isFull) break
    const bytes = chm.read(name)!
    if (bytes.length > MAX_PAGE_BYTES) out.cut()
    else if (bytes.length > 0) {
      out.begin()
      collectHtml(await decodeText({ bytes, isWhole: true }), out)
    }
  }
  return { engine: ownEngine, ...out.finish() }
}

/** The pages that a table of contents names. */
async function listPages(bytes: Buffer, contents: string): Promise<string[]> {
  const found: string[] = []
  const parser = new Parser({
    onopentag(name, { name: kind, value }) {
      if (name !== 'param' || kind?.toLowerCase() !== 'local' || !value) return
      found.push(posix.join(posix.dirname(contents), value.split('#')[0]!))
    },
  })
  parser.end(await decodeText({ bytes, isWhole: true }))
  return found
}
