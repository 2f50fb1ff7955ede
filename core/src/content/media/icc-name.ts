import { latin1, u16be, u32be } from '../types/structure/bytes.ts'

/** Limit on the tags that are read; real profiles have far fewer. */
const MAX_TAGS = 200
const MAX_NAME = 200

/** The name in an ICC profile (ICC.1:2022, `profileDescriptionTag`); null if it has none. */
export function iccName(profile: Uint8Array): string | null {
  if (latin1(profile, 36, 40) !== 'acsp') return null
  const count = Math.min(u32be(profile, 128), MAX_TAGS)
  for (let i = 0; i < count; i++) {
    const entry = 132 + i * 12
    if (latin1(profile, entry, entry + 4) !== 'desc') continue
    const name = textAt(profile, u32be(profile, entry + 4))
      .replaceAll('\0', '')
      .trim()
      .slice(0, MAX_NAME)
    return name === '' ? null : name
  }
  return null
}

function textAt(profile: Uint8Array, at: number): string {
  // Version 2 stores ASCII; version 4 stores UTF-16 in several languages, of which the first is taken.
  if (latin1(profile, at, at + 4) === 'desc') return latin1(profile, at + 12, at + 12 + u32be(profile, at + 8))
  if (latin1(profile, at, at + 4) !== 'mluc') return ''
  const length = u32be(profile, at + 20)
  const start = at + u32be(profile, at + 24)
  let text = ''
  for (let i = start; i + 1 < start + length && i + 1 < profile.length; i += 2)
    text += String.fromCharCode(u16be(profile, i))
  return text
}
