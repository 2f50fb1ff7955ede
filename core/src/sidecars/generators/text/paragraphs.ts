import type { PageCollector } from './page-collector.ts'
import type { XmlHandler } from './xml.ts'

/** What the elements of a format mean; names without their namespace. */
export interface ParagraphRules {
  /** Text counts inside these alone. */
  readonly text: readonly string[]
  /** A line ends with each of these. */
  readonly paragraph: readonly string[]
  /** Stands for a tab. */
  readonly tab?: readonly string[]
  /** Stands for the end of a line. */
  readonly line?: readonly string[]
  /** Left out with all in it. */
  readonly skip?: readonly string[]
}

/** Gathers the paragraphs of a document made of XML. */
export function collectParagraphs(out: PageCollector, rules: ParagraphRules): XmlHandler {
  const [text, paragraph, tab, line, skip] = [rules.text, rules.paragraph, rules.tab, rules.line, rules.skip].map(
    (names) => new Set(names),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>, Set<string>]
  let inText = 0
  let inSkipped = 0
  return {
    open(name) {
      if (skip.has(name)) inSkipped++
      if (text.has(name)) inText++
      if (inSkipped > 0) return
      if (tab.has(name)) out.add('\t')
      if (line.has(name)) out.add('\n')
    },
    text(piece) {
      if (inText > 0 && inSkipped === 0) out.add(piece)
    },
    close(name) {
      if (skip.has(name)) inSkipped--
      if (text.has(name)) inText--
      if (paragraph.has(name) && inSkipped === 0) out.add('\n')
    },
    isDone: () => out.isFull,
  }
}
