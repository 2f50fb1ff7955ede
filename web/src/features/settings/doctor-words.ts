import type { Locale } from '../../i18n/index.ts'

type Other = Exclude<Locale, 'en'>

/** The checks of `doctor` by their names there; the last of those that end in ` of` stand before what they are about. */
const checks: Readonly<Record<Other, Readonly<Record<string, string>>>> = {
  de: {
    runtime: 'Laufzeit',
    'free space': 'Freier Platz',
    watching: 'Beobachten von Ordnern',
    clock: 'Uhr',
    decoders: 'Decoder',
    identity: 'Identität des Geräts',
    location: 'Ort',
    library: 'Bibliothek',
    'sidecars of': 'Aus Dateien Gemachtes in',
    'database of': 'Datenbank von',
    'thumb of': 'Vorschaubilder in',
    'ocr of': 'Text in Bildern in',
    'text of': 'Text von Dokumenten in',
    'transcript of': 'Mitschriften in',
    'embeddings of': 'Suche nach Bedeutung in',
    'proxy of': 'Kleine Kopien von Filmen in',
    'thumbstrip of': 'Bilder entlang von Filmen in',
  },
}

/** What engines make possible, as `doctor` names it. */
const jobs: Readonly<Record<Other, Readonly<Record<string, string>>>> = {
  de: {
    thumbnails: 'Vorschaubilder',
    'thumbnails of pictures': 'Vorschaubilder von Bildern',
    'thumbnails of video and HEIC': 'Vorschaubilder von Filmen und HEIC',
    'thumbnails of AVI, WMV, ProRes, JPEG XL': 'Vorschaubilder von AVI, WMV, ProRes, JPEG XL',
    'thumbnails of HEIC': 'Vorschaubilder von HEIC',
    'previews in camera raw files': 'Vorschauen in Rohdateien von Kameras',
    'proxies and thumbstrips of video': 'Kleine Kopien von Filmen und Bilder daraus',
    'text in pictures': 'Text in Bildern',
    'text of PDF': 'Text von PDF',
    'text of Word 97': 'Text von Word 97',
    'text of e-mail': 'Text von E-Mail',
    'text of Outlook': 'Text von Outlook',
    'text of HTML': 'Text von HTML',
    transcripts: 'Mitschriften',
    'search by meaning': 'Suche nach Bedeutung',
  },
}

/** `database of Photos` in the language of the page; as it is where that is not known. */
export function checkName(name: string, locale: Locale): string {
  if (locale === 'en') return name
  const known = checks[locale]
  const [, key, rest = ''] = /^(free space|\S+ of|\S+)(.*)$/s.exec(name) ?? []
  const word = known[key ?? '']
  return word === undefined ? name : word + rest
}

/** What an engine makes possible, in the language of the page. */
export function engineJob(job: string, locale: Locale): string {
  return locale === 'en' ? job : (jobs[locale][job] ?? job)
}
