import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed, CircleAlert, LoaderCircle } from 'lucide-react'
import { pathOf } from '../../api/index.ts'
import { parentOf, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, SafeName, SafeText, Thumbnail, useSaid } from '../../ui/index.ts'
import { type Comparison, useComparisons } from './comparisons.ts'
import { messages } from './messages.ts'
import { FILE, HEAD, NOTE } from './row-heights.ts'
import type { Group } from './use-compare.ts'

interface GroupRowProps {
  readonly group: Group
  readonly library: string | null
  readonly onCompare: (contentId: Group['contentId']) => void
}

/** A content, and the files that hold it. */
export function GroupRow({ group, library, onCompare }: GroupRowProps) {
  const t = useMessages(messages)
  const { bytes, count } = useFormat()
  const comparison = useComparisons(({ byContent }) => byContent.get(group.contentId))
  const { copies, files, reclaimableBytes, size } = group
  const first = files[0]
  return (
    <>
      <div className="flex items-center gap-3" style={{ height: HEAD }}>
        {first && <Thumbnail entry={first} library={library} size={40} iconSize={24} />}
        <div className="min-w-0 flex-1">
          <h2 className="flex min-w-0 font-medium">
            <SafeName name={first?.name ?? ''} isCut />
          </h2>
          <p className="text-muted truncate text-xs tabular-nums">
            {t.times(count(copies), bytes(size))}
            <span className="text-text font-medium"> · {t.frees(bytes(reclaimableBytes))}</span>
          </p>
        </div>
        <Verified group={group} comparison={comparison} />
        {group.verified === 'sampled' && comparison?.state !== 'done' && (
          <Button
            onClick={() => onCompare(group.contentId)}
            disabled={comparison?.state === 'running'}
            aria-label={t.compareOf(first?.name ?? '')}
            className="h-7 shrink-0 px-2"
          >
            {t.compare}
          </Button>
        )}
      </div>
      <ul>
        {files.map((file) => (
          <FileLine key={file.id ?? file.path} file={file} />
        ))}
        {copies > files.length && first && (
          <li className="text-muted flex items-center ps-13 text-xs" style={{ height: FILE }}>
            {t.more(copies - files.length)}
          </li>
        )}
      </ul>
      {comparison && <Notes comparison={comparison} />}
    </>
  )
}

/** Lines below a group that tell what came of comparing it. */
export function notesOf(comparison: Comparison | undefined): readonly Note[] {
  if (comparison?.state === 'failed') return [{ path: null, of: comparison.reason }]
  if (comparison?.state !== 'done') return []
  return comparison.result.notes
    .slice(0, MAX_NOTES)
    .map(({ message, path }) => ({ path, of: { code: 'differs', message } }))
}

interface Note {
  readonly path: string | null
  /** See `Said`. */
  readonly of: unknown
}

/** More tell nothing new. */
const MAX_NOTES = 5

function Notes({ comparison }: { comparison: Comparison }) {
  const said = useSaid()
  return notesOf(comparison).map(({ of, path }, i) => {
    const { message, sentence } = said(of)
    return (
      <p key={i} className="text-warn truncate ps-13 text-xs" style={{ lineHeight: `${NOTE}px` }} title={message}>
        <SafeText text={path === null ? sentence : `${path}: ${sentence}`} />
      </p>
    )
  })
}

/** How sure it is that they are the same. */
function Verified({ comparison, group }: { comparison: Comparison | undefined; group: Group }) {
  const t = useMessages(messages)
  const isSame = comparison?.state === 'done' && comparison.result.same
  const [Icon, text, colour] =
    comparison?.state === 'running'
      ? ([LoaderCircle, t.comparing, 'text-muted'] as const)
      : comparison?.state === 'failed' || (comparison?.state === 'done' && !isSame)
        ? ([CircleAlert, t.notSame, 'text-warn'] as const)
        : isSame || group.verified === 'full'
          ? ([CircleCheck, t.full, 'text-good'] as const)
          : ([CircleDashed, t.sampled, 'text-muted'] as const)
  return (
    <span role="status" className={cn('flex shrink-0 items-center gap-1.5 text-xs', colour)}>
      <Icon size={14} strokeWidth={1.75} aria-hidden />
      <span className="max-sm:sr-only">{text}</span>
    </span>
  )
}

function FileLine({ file }: { file: Group['files'][number] }) {
  const t = useMessages(messages)
  const folder = parentOf(file.path) ?? file.path
  const content = <SafeName name={file.path} isCut className="min-w-0" />
  return (
    <li className="flex min-w-0 items-center gap-3 ps-13" style={{ height: FILE }}>
      {file.pathBase64 === undefined ? (
        <Link
          to="/browse"
          search={{ path: folder, sel: pathOf(file) }}
          preload={false}
          className={cn('flex h-6 min-w-0 items-center hover:underline', !file.online && 'text-muted')}
        >
          {content}
        </Link>
      ) : (
        content
      )}
      <span className="text-muted ms-auto shrink-0 text-xs max-sm:hidden">{file.volume ?? ''}</span>
      {!file.online && <span className="text-warn shrink-0 text-xs font-medium">{t.offline}</span>}
    </li>
  )
}
