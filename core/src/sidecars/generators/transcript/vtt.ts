import type { Transcript } from '../../formats/transcript-sidecar.ts'

/** Formats a transcript as WebVTT, which players show as subtitles. */
export function formatVtt({ language, segments }: Pick<Transcript, 'language' | 'segments'>): string {
  const cues = segments.map(({ startMs, endMs, text }) => `${time(startMs)} --> ${time(endMs)}\n${escaped(text)}`)
  const head = language === null ? 'WEBVTT' : `WEBVTT\nLanguage: ${language}`
  return `${[head, ...cues].join('\n\n')}\n`
}

/** Formats a time, for example `01:02:03.456`. */
function time(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map(Math.floor)
  const two = (value: number | undefined) => String(value).padStart(2, '0')
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(ms % 1_000).padStart(3, '0')}`
}

/** Joins a text to one line, because an empty line would end the cue. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/\s+/g, ' ')
}
