/** The codes of Whisper's languages. */
const CODES =
  'af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh'.split(
    ' ',
  )

const names = new Intl.DisplayNames('en', { type: 'language' })
const codesByName = new Map(CODES.map((code) => [(names.of(code) ?? code).toLowerCase(), code]))

/** The code of a language, from its code or its English name; null if it is neither. */
export function languageCode(given: string): string | null {
  const name = given.trim().toLowerCase()
  return CODES.includes(name) ? name : (codesByName.get(name) ?? null)
}
