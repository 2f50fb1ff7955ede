import type { ErrorCode } from '@spacedrive/core/errors'
import { type Locale, useLocale } from '../i18n/index.ts'
import { SafeName } from './safe-name.tsx'
import { WithCode } from './with-code.tsx'

/** Codes of errors, of sidecars that are not there, of what keeps them from being made, of remarks about them, and of a search that is not whole. */
type Code =
  | ErrorCode
  | 'GivenUp'
  | 'disk'
  | 'battery'
  | 'busy'
  | 'quota'
  | 'engine'
  | 'missing'
  | 'notAll'
  | 'differs'
  | 'note'

/** What the daemon says is English; these say it in the other languages, by its code. */
const sentences: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<Code, string>>>> = {
  de: {
    NotFound: 'Das gibt es nicht oder nicht mehr.',
    AlreadyExists: 'Das gibt es schon.',
    InvalidInput: 'Diese Angabe ist so nicht möglich.',
    Conflict: 'Das verträgt sich nicht mit dem, was inzwischen ist.',
    NeedsConfirmation: 'Das muss erst bestätigt werden.',
    Locked: 'Das ist gerade anderswo in Gebrauch.',
    Offline: 'Das ist gerade nicht angeschlossen oder nicht zu erreichen.',
    Unavailable: 'Das geht gerade nicht. Später noch einmal versuchen.',
    PermissionDenied: 'Dafür fehlen die Rechte.',
    NotAuthorised: 'Das ist hier nicht erlaubt.',
    VersionMismatch: 'Das gehört zu einer anderen Version von Spacedrive.',
    DiskFull: 'Auf dem Datenträger ist kein Platz mehr. Es geht weiter, sobald wieder welcher frei ist.',
    Corrupt: 'Der Inhalt ist beschädigt oder nicht lesbar.',
    Unsupported: 'Damit kann hier nichts umgehen.',
    Timeout: 'Es hat zu lange gedauert.',
    Cancelled: 'Es wurde abgebrochen.',
    Internal: 'Etwas ist unerwartet schiefgegangen. Das Protokoll des Dienstes sagt mehr.',
    GivenUp: 'Es wurde entfernt, um Platz für Nötigeres zu machen.',
    disk: 'Auf dem Datenträger der Bibliothek ist zu wenig Platz. Es geht weiter, sobald wieder genug frei ist.',
    battery: 'Es wartet, bis der Rechner nicht mehr vom Akku läuft.',
    busy: 'Es wartet, bis der Rechner weniger zu tun hat.',
    quota: 'Was aus Dateien gemacht wird, hat den erlaubten Platz aufgebraucht.',
    engine: 'Womit es gemacht wird, ist gerade nicht zu erreichen.',
    missing: 'Hier ist nichts, was es machen könnte.',
    differs: 'Die Datei ist anders oder nicht zu lesen.',
    note: 'Nicht alles darin war gut zu lesen.',
    notAll: 'Die Suche nach Bedeutung hat nicht alles durchsucht.',
  },
}

/** An error, or anything that is said with a code. */
interface Coded {
  readonly code?: string
  readonly message: string
  readonly details?: unknown
}

interface SaidProps {
  readonly of: unknown
  readonly className?: string
}

/** What the daemon said, in the language of the page; what is only known by its code there, in its own words too. */
export function Said({ of, className }: SaidProps) {
  const { isOwn, message, path, sentence } = useSaid()(of)
  return (
    <span className={className}>
      {path !== null && (
        <>
          <SafeName name={path} />
          {': '}
        </>
      )}
      <WithCode text={sentence} />
      {!isOwn && message !== '' && (
        <span lang="en" className="text-muted block text-xs">
          <WithCode text={message} />
        </span>
      )}
    </span>
  )
}

interface SaidWords {
  /** In the language of the page, where there is one for the code. */
  readonly sentence: string
  readonly message: string
  /** Whether the sentence is the message. */
  readonly isOwn: boolean
  /** What it is about, where the sentence does not name it. */
  readonly path: string | null
}

/** The words of `Said`, for where there is room for text only. */
export function useSaid(): (of: unknown) => SaidWords {
  const locale = useLocale()
  const known: Readonly<Record<string, string>> = locale === 'en' ? {} : sentences[locale]
  return (of) => {
    const { code = '', details, message } = asCoded(of)
    const sentence = known[code]
    return sentence === undefined
      ? { sentence: message, message, isOwn: true, path: null }
      : { sentence, message, isOwn: false, path: pathIn(details) }
  }
}

function asCoded(of: unknown): Coded {
  if (typeof of === 'object' && of !== null && 'message' in of) return of as Coded
  return { message: String(of) }
}

function pathIn(details: unknown): string | null {
  const path = typeof details === 'object' && details !== null && 'path' in details ? details.path : null
  return typeof path === 'string' ? path : null
}
