import { ChevronRight, TriangleAlert } from 'lucide-react'
import { useCalmOperation } from '../api/index.ts'
import { defineMessages, plural, useLocale, useMessages } from '../i18n/index.ts'
import { SafeText } from '../ui/index.ts'

/** Jobs change what the daemon says of itself many times a second. */
const REFRESH_MS = 2_000

const messages = defineMessages({
  en: {
    damaged:
      'Files of the data folder were damaged when the daemon started. It set each aside, and restored it from its copy if there was one. Check your settings, devices and libraries.',
    others: (count: number) =>
      plural('en', count, { one: '# thing needs your attention', other: '# things need your attention' }),
  },
  de: {
    damaged:
      'Beim Start des Dienstes waren Dateien im Datenordner beschädigt. Er hat jede beiseitegelegt und, wenn es eine Kopie gab, daraus wiederhergestellt. Bitte Einstellungen, Geräte und Bibliotheken prüfen.',
    others: (count) =>
      plural('de', count, { one: '# Sache braucht Aufmerksamkeit', other: '# Sachen brauchen Aufmerksamkeit' }),
  },
})

/** Says what the daemon wants a person to see to: damaged files, a library that is away, a job that waits for room. */
export function NoticesBanner() {
  const status = useCalmOperation('system.status', {}, { everyMs: REFRESH_MS }).data
  if (!status || status.notices.length === 0) return null
  const damaged = new Set(status.damaged)
  const others = status.notices.filter((notice) => !damaged.has(notice))
  return (
    <div role="status" className="border-line bg-panel max-h-[40vh] overflow-y-auto border-b px-4 py-1.5">
      {status.damaged.length > 0 && <Damaged notices={status.damaged} />}
      {others.length > 0 && <Others notices={others} />}
    </div>
  )
}

function Damaged({ notices }: { notices: readonly string[] }) {
  const t = useMessages(messages)
  return (
    <div className="flex items-start gap-x-3 py-0.5">
      <Mark />
      <div className="min-w-0 flex-1">
        <p>{t.damaged}</p>
        <Sentences notices={notices} />
      </div>
    </div>
  )
}

/** The first word of most of them is enough to know whether to read on, so they are folded. */
function Others({ notices }: { notices: readonly string[] }) {
  const t = useMessages(messages)
  return (
    <details className="group py-0.5">
      <summary className="flex cursor-pointer list-none items-start gap-x-3">
        <Mark />
        <span className="min-w-0 flex-1">{t.others(notices.length)}</span>
        <ChevronRight size={16} strokeWidth={1.5} aria-hidden className="mt-0.5 group-open:rotate-90" />
      </summary>
      <div className="pl-7">
        <Sentences notices={notices} />
      </div>
    </details>
  )
}

/** In the daemon's own words, which are English. */
function Sentences({ notices }: { notices: readonly string[] }) {
  const isEnglish = useLocale() === 'en'
  return (
    <ul className="text-muted" lang={isEnglish ? undefined : 'en'}>
      {notices.map((notice) => (
        <li key={notice} className="break-words">
          <SafeText text={notice} />
        </li>
      ))}
    </ul>
  )
}

function Mark() {
  return <TriangleAlert size={16} strokeWidth={1.5} aria-hidden className="text-warn mt-0.5 shrink-0" />
}
