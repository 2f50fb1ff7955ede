import { Link } from '@tanstack/react-router'
import { useOperation, useWhyOffline } from '../../api/index.ts'
import { deviceOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, SafeName } from '../../ui/index.ts'
import type { ShownFile } from '../preview/index.ts'
import { messages } from './messages.ts'
import { Section } from '../metadata/index.ts'

type Info = NonNullable<ShownFile['info']>

/** Every place that has the content, and which of them can be reached. */
export function Copies({ info: { contentId, copies, id, path } }: { info: Info }) {
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
      {contentId !== null && <OnOthers contentId={contentId} />}
    </Section>
  )
}

/** Which paired devices have it, too; nothing where none is paired. */
function OnOthers({ contentId }: { contentId: string }) {
  const t = useMessages(messages)
  const { data } = useOperation('network.where', { path: `content://${contentId}` })
  const others = data?.devices.filter(({ isOwn }) => !isOwn) ?? []
  if (others.length === 0) return null
  return (
    <div className="mt-3">
      <h4 className="text-muted mb-1">{t.onOthers}</h4>
      <ul className="flex flex-col gap-1">
        {others.map(({ device, files, online }) => (
          <li key={device.id}>
            {device.name}{' '}
            <span className="text-muted">
              ·{' '}
              {files === null
                ? online
                  ? t.saysNothing
                  : t.isAway
                : files.length === 0
                  ? t.lacksIt
                  : t.hasCopies(files.length)}
            </span>
            {files?.map(({ path }) => path !== null && <PathLink key={path} path={path} />)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Leads to the folder it is in. */
function PathLink({ path }: { path: string }) {
  const t = useMessages(messages)
  const folder = parentOf(path) ?? path
  return (
    <Link
      to="/browse"
      search={{ path: folder, sel: path }}
      title={t.showFolder(folder)}
      className="text-muted hover:text-text block text-xs break-all underline decoration-transparent hover:decoration-current"
    >
      <SafeName name={path} />
    </Link>
  )
}

function Copy({ copy: { device, online, path, volume } }: { copy: Info['copies'][number] }) {
  const t = useMessages(messages)
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
            · {online ? deviceOf(path) === null ? t.online : t.reachable : <HowToReach path={path} volume={volume} />}
          </span>
        </p>
        <PathLink path={path} />
      </div>
    </li>
  )
}

function HowToReach({ path, volume }: Pick<Info['copies'][number], 'path' | 'volume'>) {
  const t = useMessages(messages)
  const offline = useWhyOffline(path)
  return offline?.why === 'moved' ? t.movedAway(offline.location.name) : t.plugIn(volume ?? t.volumeUnknown)
}
