import { Link } from '@tanstack/react-router'
import { ChevronRight, Ellipsis, HardDrive } from 'lucide-react'
import { Fragment, lazy, Suspense, useEffect, useState } from 'react'
import { useOperation } from '../../api/index.ts'
import { useCommand, useKeysOf } from '../../app/command-keys.tsx'
import { deviceOf, foldersTo, isWithin, nameOf, rootOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, Hint, IconButton, Menu, MenuItem, SafeName, useElementSize } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useDevice } from './use-device.ts'

/** Pixels of a character of a name, of what stands around a name, and of the button beside all. */
const [CHARACTER_PX, AROUND_PX, EDIT_PX] = [7.5, 28, 64]
/** Where there is less room, one folder is shown. */
const LEAST_ROOM_PX = 260

/** How many of the last folders find room beside one another, at least one; the menu has the others. */
export function crumbsThatFit(names: readonly string[], width: number): number {
  if (width < LEAST_ROOM_PX) return 1
  let room = width - EDIT_PX
  let count = 0
  for (const name of names.toReversed()) {
    room -= name.length * CHARACTER_PX + AROUND_PX
    if (room < 0) break
    count++
  }
  return Math.max(1, count)
}

const loadField = () => import('./path-field.tsx')
const PathField = lazy(async () => ({ default: (await loadField()).PathField }))
/** Once the folder is there the field is fetched, so that nobody waits for it. */
const FETCHED_AFTER_MS = 1_000

/** Where one is: the folders above as links; typed into after Ctrl+G or a click beside them. */
export function PathBar({ path }: { path: string }) {
  const t = useMessages(messages)
  const [isEdited, setEdited] = useState(false)
  const keys = useKeysOf('path')
  const [ref, size] = useElementSize()
  useCommand('path', () => setEdited(true))
  useEffect(() => {
    const timer = setTimeout(() => void loadField(), FETCHED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  if (isEdited)
    return (
      <>
        <h1 className="sr-only">{nameOf(path)}</h1>
        <Suspense fallback={<div className="h-8 flex-1" />}>
          <PathField path={path} onClose={() => setEdited(false)} />
        </Suspense>
      </>
    )
  return (
    <div ref={ref} className="rounded-control hover:bg-hover press flex h-8 min-w-0 flex-1 items-center px-1">
      <Crumbs path={path} width={size?.width ?? 0} />
      <Hint text={t.editPath} keys={keys}>
        <button
          type="button"
          aria-label={t.editPath}
          onClick={() => setEdited(true)}
          className="rounded-control h-6 min-w-6 flex-1 self-center"
        />
      </Hint>
    </div>
  )
}

interface Crumb {
  readonly path: string
  readonly name: string
}

function Crumbs({ path, width }: { path: string; width: number }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const crumbs = useCrumbs(path)
  const shown = crumbs.slice(
    -crumbsThatFit(
      crumbs.map(({ name }) => name),
      width,
    ),
  )
  const upper = crumbs.slice(0, -shown.length)
  return (
    <nav aria-label={t.path} className="flex min-w-0 items-center">
      {upper.length > 0 && (
        <>
          <Menu trigger={<IconButton icon={Ellipsis} label={t.upper} />}>
            {upper.toReversed().map((crumb) => (
              <MenuItem key={crumb.path} onClick={() => change({ path: crumb.path, sel: undefined })}>
                <CrumbName crumb={crumb} />
              </MenuItem>
            ))}
          </Menu>
          <Separator />
        </>
      )}
      <ol className="flex min-w-0 items-center">
        {shown.map((crumb, i) => {
          const isLast = i === shown.length - 1
          return (
            <Fragment key={crumb.path}>
              <li className={cn('min-w-0', isLast ? 'shrink-0 max-w-full max-wide:shrink' : 'shrink')}>
                {isLast ? (
                  <h1 className="flex h-6 min-w-0 items-center px-1.5 text-sm font-semibold" aria-current="page">
                    <CrumbName crumb={crumb} />
                  </h1>
                ) : (
                  <Link
                    from="/browse"
                    to="/browse"
                    search={(before) => ({ ...before, path: crumb.path, sel: shown[i + 1]!.path })}
                    className="rounded-control hover:bg-sunken text-muted hover:text-text flex h-6 min-w-0 cursor-default items-center px-1.5"
                  >
                    <CrumbName crumb={crumb} />
                  </Link>
                )}
              </li>
              {!isLast && (
                <li aria-hidden>
                  <Separator />
                </li>
              )}
            </Fragment>
          )
        })}
      </ol>
    </nav>
  )
}

function CrumbName({ crumb: { name, path } }: { crumb: Crumb }) {
  const t = useMessages(messages)
  if (name !== '/') return <SafeName name={name} isCut />
  return (
    <span className="flex items-center" title={path}>
      <HardDrive size={16} strokeWidth={1.5} aria-hidden />
      <span className="sr-only">{t.computer}</span>
    </span>
  )
}

function Separator() {
  return <ChevronRight size={14} strokeWidth={1.5} aria-hidden className="text-faint shrink-0 rtl:rotate-180" />
}

/** From the location it lies in, by that one's name; from the root where it lies in none. */
function useCrumbs(path: string): Crumb[] {
  const locations = useOperation('locations.list', {}).data ?? []
  const reference = deviceOf(path)
  const root = reference === null ? null : rootOf(reference)
  const device = useDevice(reference)
  const around = locations
    .filter((location) => isWithin(path, location.path))
    .toSorted((a, b) => b.path.length - a.path.length)[0]
  return foldersTo(path)
    .filter((folder) => !around || isWithin(folder, around.path))
    .map((folder) => ({
      path: folder,
      name: folder === around?.path ? around.name : folder === root ? (device?.name ?? nameOf(folder)) : nameOf(folder),
    }))
}
