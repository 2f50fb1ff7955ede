import { createHighlighterCore } from 'shiki/core'
// Without WebAssembly, which the page's policy does not let run.
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import type { Highlighted, HighlightRequest } from './highlight-messages.ts'
import { languages } from './languages.ts'
import { MAX_ROW } from './text-rows.ts'

const THEMES = { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } as const
/** A line that takes longer is left as it is, in milliseconds. */
const LINE_LIMIT_MS = 200

const making = createHighlighterCore({
  themes: [import('shiki/themes/github-light-high-contrast.mjs'), import('shiki/themes/github-dark-high-contrast.mjs')],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})

addEventListener('message', ({ data }: MessageEvent<HighlightRequest>) => void highlight(data))

async function highlight({ code, id, language }: HighlightRequest): Promise<void> {
  const highlighter = await making
  const loaded = await languages[language]()
  await highlighter.loadLanguage(loaded.default)
  const lines = highlighter.codeToTokensWithThemes(code, {
    lang: nameOf(loaded.default) ?? language,
    themes: THEMES,
    tokenizeMaxLineLength: MAX_ROW,
    tokenizeTimeLimit: LINE_LIMIT_MS,
  })
  const colours = new Map<string, number>()
  const tokens = lines.map((line) =>
    line.map(({ content, variants }): [string, number] => {
      const colour = `light-dark(${variants['light']?.color ?? 'inherit'}, ${variants['dark']?.color ?? 'inherit'})`
      if (!colours.has(colour)) colours.set(colour, colours.size)
      return [content, colours.get(colour)!]
    }),
  )
  postMessage({ id, colours: [...colours.keys()], lines: tokens } satisfies Highlighted)
}

/** A grammar's own name: of several, such as a language and those in it, the last is the one itself. */
function nameOf(input: unknown): string | undefined {
  return Array.isArray(input) ? (input.at(-1) as { name?: string } | undefined)?.name : undefined
}
