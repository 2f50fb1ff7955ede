import { Link } from '@tanstack/react-router'
import { deviceOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName } from '../../ui/index.ts'
import type { ShownFile } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from './section.tsx'

type Info = NonNullable<ShownFile['info']>

/** Every place that has the content, and which of them can be reached. */
export function Copies({ info: { copies, id, path } }: { info: Info }) {
  const t = useMessages(messages)
  // Entries of another device have their ids there.
  const isIndexed = deviceOf(path) === null ? id !== null : copies.length > 0
  const state = !isIndexed ? t.notIndexed : copies.length === 0 ? t.copiesUnknown : null
  return (
    <Section
      title={t.where}
      action={copies.length > 1 && <span className="text-muted tabular-nums">{t.copies(copies.length)}</span>}
    >
      {state && <p className="text-muted">{state}</p>}
      <ul className="flex flex-col gap-2">
        {copies.map((copy) => (
          <Copy key={copy.path} copy={copy} />
        ))}
      </ul>
      {copies.length === 1 && <p className="text-muted mt-1.5">{t.onlyCopy}</p>}
    </Section>
  )
}

function Copy({ copy: { device, online, path, volume } }: { copy: Info['copies'][number] }) {
  const t = useMessages(messages)
  const folder = parentOf(path) ?? path
  const place = volume === null ? device : t.onDevice(volume, device)
  return (
    <li className="flex gap-2">
      <span
        aria-hidden
        className={cn('mt-1.5 size-2 shrink-0 rounded-full border', online ? 'bg-good border-good' : 'border-warn')}
      />
      <div className="min-w-0 flex-1">
        <p>
          {place}{' '}
          <span className="text-muted">
            · {online ? (deviceOf(path) === null ? t.online : t.reachable) : t.plugIn(volume ?? t.volumeUnknown)}
          </span>
        </p>
        <Link
          to="/browse"
          search={{ path: folder, sel: path }}
          title={t.showFolder(folder)}
          className="text-muted hover:text-text block text-xs break-all underline decoration-transparent hover:decoration-current"
        >
          <SafeName name={path} />
        </Link>
      </div>
    </li>
  )
}
