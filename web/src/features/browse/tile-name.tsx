import { extensionOf, isSafe, splitName } from '../../format/index.ts'
import { SafeName, SafeText } from '../../ui/index.ts'

/** Pixels of a character of a name, on average. */
const CHARACTER_PX = 6.6

interface TileNameProps {
  readonly name: string
  /** Pixels of a line. */
  readonly width: number
}

/** A name in up to two lines below a tile; a longer one is cut in the middle, so that its end and extension stay. */
export function TileName({ name, width }: TileNameProps) {
  if (!isSafe(name)) return <SafeName name={name} isCut />
  const perLine = Math.floor(width / CHARACTER_PX)
  const shown = nameInTwoLines(name, perLine)
  // What surely fits into one line is one text.
  const extension = shown.length > perLine / 2 ? extensionOf(shown) : ''
  return (
    <bdi className="line-clamp-2 min-w-0 text-center break-words" title={shown === name ? undefined : name}>
      {shown !== name && <span className="sr-only">{name}</span>}
      <span aria-hidden={shown !== name}>
        <SafeText text={shown.slice(0, shown.length - extension.length)} />
        {extension !== '' && (
          <>
            {/* The line breaks before the extension, never within it. */}
            <wbr />
            <span className="whitespace-nowrap">{extension}</span>
          </>
        )}
      </span>
    </bdi>
  )
}

/** `perLine`: characters of a line. */
export function nameInTwoLines(name: string, perLine: number): string {
  const most = 2 * perLine - 2
  if (name.length <= most) return name
  const [head, tail] = splitName(name)
  const kept = Math.max(1, most - tail.length - 1)
  // Never between the halves of a character.
  const cut = head.slice(0, kept).replace(/[\ud800-\udbff]$/, '')
  return `${cut.trimEnd()}…${tail}`
}
