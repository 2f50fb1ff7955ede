import type { PageCollector } from './page-collector.ts'
import type { XmlHandler } from './xml.ts'

/** The meaning of the elements of a format, by their names without namespaces. */
export interface ParagraphRules {
  /** Only text inside these elements counts. */
  readonly text: readonly string[]
  /** Each of these elements ends a line. */
  readonly paragraph: readonly string[]
  /** Elements that stand for a tab. */
  readonly tab?: readonly string[]
  /** Elements that stand for the end of a line. */
  readonly line?: readonly string[]
  /** Elements that are left out with everything in them. */
  readonly skip?: readonly string[]
}

/** Collects the paragraphs of an XML document. */
export function collectParagraphs(out: PageCollector, rules: ParagraphRules): XmlHandler {
  const [text, paragraph, tab, line, skip] = [rules.text, rules.paragraph, rules.tab, rules.line, rules.skip].map(
    (names) => new Set(names),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>, Set<string>]
  let inText = 0
  let inParagraph = 0
  let inSkipped = 0
  return {
    open(name) {
      if (skip.has(name)) inSkipped++
      if (text.has(name)) inText++
      if (inSkipped > 0) return
      // A paragraph inside another one belongs to a box that is anchored there.
      if (paragraph.has(name) && inParagraph++ > 0) out.add('\n')
      if (tab.has(name)) out.add('\t')
      if (line.has(name)) out.add('\n')
    },
    text(piece) {
      if (inText > 0 && inSkipped === 0) out.add(piece)
    },
    close(name) {
      if (skip.has(name)) inSkipped--
      if (text.has(name)) inText--
      if (!paragraph.has(name) || inSkipped > 0) return
      inParagraph--
      out.add('\n')
    },
    isDone: () => out.isFull,
  }
}
