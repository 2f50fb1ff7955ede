import type { Entry } from '@spacedrive/core/domain'
import { Folder } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { Thumbnail } from '../../ui/index.ts'
import { addressOf } from './use-listing.ts'

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
    { path: addressOf(entry), thumbs: true, foldersFirst: false, limit: LOOKED_AT },
    { enabled: hasContents && entry.childCount !== 0, gcTime: KEPT_MS },
  )
  const pictures = (data?.items ?? []).filter(({ thumb }) => thumb?.state === 'ready').slice(0, MAX_PICTURES)
  const inner = Math.round(size * 0.3)
  return (
    <span className="relative grid place-items-center" style={{ width: size, height: size }}>
      <Folder
        size={Math.round(size * 0.92)}
        strokeWidth={0.75}
        aria-hidden
        className="text-accent fill-accent-soft absolute"
      />
      {pictures.length > 0 && (
        <span className="relative mt-[12%] grid grid-cols-2 gap-1">
          {pictures.map((each) => (
            <Thumbnail
              key={each.path}
              entry={each}
              library={library}
              size={pictures.length === 1 ? Math.round(size * 0.48) : Math.round(inner * 0.85)}
              isLater
              className={pictures.length === 1 ? 'col-span-2' : 'bg-photo rounded-[3px]'}
            />
          ))}
        </span>
      )}
    </span>
  )
}
