import { sliceCells, textWidth } from './width.ts'

/** Breaks text at spaces into lines of at most `width` cells; a longer word, such as a path, breaks at the width. Keeps line breaks and indents. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width))
}

/** Breaks between words, but never inside a command in backquotes, which users paste. */
export function wrapSentence(text: string, width: number): string[] {
  const whole = text.replace(/`[^`]*`/g, (command) => command.replaceAll(' ', '\u00a0'))
  return wrap(whole, width).map((line) => line.replaceAll('\u00a0', ' '))
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line]
  const indent = /^ */.exec(line)?.[0] ?? ''
  return wrapWords(line.slice(indent.length), width - indent.length).map((part) => indent + part)
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((part) => breakWord(part, width))) {
    const longer = line ? `${line} ${word}` : word
    if (textWidth(longer) <= width || !line) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

function breakWord(word: string, width: number): string[] {
  const parts: string[] = []
  let rest = word
  while (textWidth(rest) > width) {
    // A wide character stands alone where even one is too wide.
    const part = sliceCells(rest, 0, Math.max(1, width)) || sliceCells(rest, 0, 2) || rest
    parts.push(part)
    rest = sliceCells(rest, textWidth(part), Infinity)
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest]
}
