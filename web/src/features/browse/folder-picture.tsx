import type { Entry } from '@spacedrive/core/domain'
import { useOperation, pathOf } from '../../api/index.ts'
import { Thumbnail } from '../../ui/index.ts'

interface FolderPictureProps {
  readonly entry: Entry
  readonly library: string | null
  /** Pixels. */
  readonly size: number
  /** Whether it may be asked what is in it. */
  readonly hasContents: boolean
}

const MAX_PICTURES = 4
/** Entries of a folder that are looked at for pictures. */
const LOOKED_AT = 24
/** Pictures of what is in folders are forgotten soon: there may be very many of them. */
const KEPT_MS = 30_000

/** A folder with up to four pictures of what is in it. */
export function FolderPicture({ entry, hasContents, library, size }: FolderPictureProps) {
  const { data } = useOperation(
    'files.list',
    { path: pathOf(entry), thumbs: true, foldersFirst: false, limit: LOOKED_AT },
    { enabled: hasContents && entry.childCount !== 0, gcTime: KEPT_MS },
  )
  const pictures = (data?.items ?? []).filter(({ thumb }) => thumb?.state === 'ready').slice(0, MAX_PICTURES)
  const isOne = pictures.length === 1
  return (
    <span className="relative grid place-items-center" style={{ width: size, height: size }}>
      <FolderShape size={size} />
      {pictures.length > 0 && (
        <span className="relative mt-[12%] grid grid-cols-2 gap-1">
          {pictures.map((each) => (
            <Thumbnail
              key={each.path}
              entry={each}
              library={library}
              size={Math.round(size * (isOne ? 0.48 : 0.25))}
              isLater
              isFilling
              className={isOne ? 'col-span-2' : undefined}
            />
          ))}
        </span>
      )}
    </span>
  )
}

function FolderShape({ size }: { size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 96 96"
      aria-hidden
      strokeWidth={(1.25 * 96) / size}
      className="fill-accent-soft stroke-accent/50 absolute"
    >
      <path d="M8 24a6 6 0 0 1 6-6h20a6 6 0 0 1 4.8 2.4l4.4 5.6H82a6 6 0 0 1 6 6v44a6 6 0 0 1-6 6H14a6 6 0 0 1-6-6z" />
    </svg>
  )
}
