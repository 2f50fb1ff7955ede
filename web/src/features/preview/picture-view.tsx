import { Maximize, RotateCcw, RotateCw, ScanText, TextQuote, ZoomIn, ZoomOut } from 'lucide-react'
import { type ReactNode, useCallback, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, useElementSize } from '../../ui/index.ts'
import { BrokenNote } from './broken-note.tsx'
import { messages } from './messages.ts'
import { pictureSize, pictureSources } from './picture-sources.ts'
import type { ViewProps } from './preview-body.tsx'
import type { Box, PagedText, Word } from './sidecar-texts.ts'
import { SidePanel } from './side-panel.tsx'
import { PagedTextPanel } from './text-panel.tsx'
import type { ShownFile } from './use-file.ts'
import { useTextInPicture } from './use-sidecar-json.ts'
import { useWantedPicture } from './use-wanted-picture.ts'
import { useZoom, ZOOM_STEP } from './use-zoom.ts'
import { type Size, type Turn, turnedBox, turnedSize } from './view-box.ts'
import { useViewerKeys } from './viewer-keys.ts'
import { WordLayer } from './word-layer.tsx'

/** A picture: zoomed and moved, with the words that were found in it. */
export function PictureView({ file, focus, panel }: ViewProps) {
  const t = useMessages(messages)
  const text = useTextInPicture(file).data
  const [hasPanel, setPanel] = useState(panel === 'text')
  const [hasBoxes, setBoxes] = useState(focus?.box !== undefined)
  const words = wordsOf(text, focus?.page)
  const buttons = words.length > 0 && (
    <>
      <IconButton icon={ScanText} label={t.boxes} isPressed={hasBoxes} onClick={() => setBoxes(!hasBoxes)} />
      <IconButton icon={TextQuote} label={t.textPanel} isPressed={hasPanel} onClick={() => setPanel(!hasPanel)} />
    </>
  )
  return (
    <>
      <Stage file={file} box={focus?.box} words={hasBoxes ? words : []} buttons={buttons} />
      {hasPanel && text && (
        <SidePanel title={t.textPanel} onClose={() => setPanel(false)}>
          <PagedTextPanel text={text} />
        </SidePanel>
      )}
    </>
  )
}

/** Those of one page: a picture with several shows its first. */
function wordsOf(text: PagedText | null | undefined, page = 1): readonly Word[] {
  return text?.pages.find((each) => each.page === page)?.words ?? []
}

interface StageProps {
  readonly file: ShownFile
  readonly box: Box | undefined
  readonly words: readonly Word[]
  readonly buttons: ReactNode
}

function Stage({ file, ...rest }: StageProps) {
  const [measure, frame] = useElementSize()
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [natural, setNatural] = useState<Size | null>(null)
  const [broken, setBroken] = useState<ReadonlySet<string>>(new Set())
  const ref = useCallback(
    (found: HTMLElement | null) => {
      setElement(found)
      return measure(found)
    },
    [measure],
  )
  const sources = pictureSources(file)
  const layers = sources.layers.filter((layer) => !broken.has(layer))
  const isOriginalBroken = sources.original !== null && broken.has(sources.original)
  const isComing = useWantedPicture(file, sources.original === null || isOriginalBroken)
  const picture = pictureSize(file) ?? natural
  const onBroken = (layer: string) => setBroken((all) => new Set([...all, layer]))
  const isNothing = file.info !== undefined && layers.length === 0
  return (
    <div ref={ref} className="bg-photo relative min-w-0 flex-1 touch-none overflow-hidden select-none">
      {isNothing && <BrokenNote file={file} isPicture isComing={isComing} />}
      {!picture && layers.at(-1) && (
        <Measure key={layers.at(-1)} url={layers.at(-1)!} onSize={setNatural} onBroken={onBroken} />
      )}
      {picture && frame && layers.length > 0 && (
        <Zoomed
          {...rest}
          picture={picture}
          frame={frame}
          element={element}
          layers={layers}
          name={file.entry.name}
          onBroken={onBroken}
        />
      )}
      {!isNothing && <Note isOriginalBroken={isOriginalBroken} why={sources.whyNoOriginal} isComing={isComing} />}
    </div>
  )
}

/** Says why what is seen is not the original. */
function Note({ isComing, isOriginalBroken, why }: NoteProps) {
  const t = useMessages(messages)
  const text = isOriginalBroken
    ? t.originalBroken
    : why === 'format'
      ? t.thumbInstead
      : why === 'large'
        ? t.originalLarge
        : null
  if (text === null) return null
  return (
    <p
      role="status"
      className="rounded-control bg-raised border-line absolute start-3 top-3 max-w-[calc(100%-1.5rem)] border px-2.5 py-1 text-xs"
    >
      {text} {isComing && t.largerComes}
    </p>
  )
}

interface NoteProps {
  readonly isOriginalBroken: boolean
  readonly why: ReturnType<typeof pictureSources>['whyNoOriginal']
  readonly isComing: boolean
}

/** Loads a picture of which nobody knows the size. A drawing without one is as large as browsers draw such. */
function Measure({
  url,
  onSize,
  onBroken,
}: {
  url: string
  onSize: (size: Size) => void
  onBroken: (url: string) => void
}) {
  return (
    <img
      alt=""
      src={url}
      className="invisible absolute max-h-full max-w-full"
      onLoad={({ currentTarget: { naturalHeight, naturalWidth } }) =>
        onSize({ width: naturalWidth || 300, height: naturalHeight || 150 })
      }
      onError={() => onBroken(url)}
    />
  )
}

interface ZoomedProps extends Omit<StageProps, 'file'> {
  readonly picture: Size
  readonly frame: Size
  readonly element: HTMLElement | null
  readonly layers: readonly string[]
  readonly name: string
  readonly onBroken: (layer: string) => void
}

function Zoomed({ box, buttons, element, frame, layers, name, onBroken, picture, words }: ZoomedProps) {
  const t = useMessages(messages)
  const { percent } = useFormat()
  const [turn, setTurn] = useState<Turn>(0)
  const turned = turnedSize(picture, turn)
  const zoom = useZoom({ picture: turned, frame, element, box: box && turnedBox(box, turn) })
  const rotate = (by: 1 | 3) => {
    setTurn(((turn + by) % 4) as Turn)
    zoom.fit()
  }
  const { scale, x, y } = zoom.placement
  useViewerKeys((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === '+' || event.key === '=') zoom.by(ZOOM_STEP)
    else if (event.key === '-') zoom.by(1 / ZOOM_STEP)
    else if (event.key === '0') zoom.fit()
    else if (event.key === 'r') rotate(1)
    else if (event.key === 'R') rotate(3)
    else return false
    return true
  })
  const place = { width: turned.width * scale, height: turned.height * scale, transform: `translate(${x}px, ${y}px)` }
  const sheet = { width: picture.width * scale, height: picture.height * scale }
  return (
    <>
      <div
        {...zoom.pointer}
        onDoubleClick={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect()
          zoom.toggle({ x: event.clientX - left, y: event.clientY - top })
        }}
        className={zoom.isFitted ? 'absolute inset-0' : 'absolute inset-0 cursor-grab active:cursor-grabbing'}
      >
        <div className="absolute start-0 top-0 origin-top-left" dir="ltr" style={place}>
          <div
            className="absolute top-1/2 left-1/2"
            style={{ ...sheet, transform: `translate(-50%, -50%) rotate(${turn * 90}deg)` }}
          >
            {layers.map((layer, i) => (
              <Layer key={layer} url={layer} alt={i === layers.length - 1 ? name : ''} onBroken={onBroken} />
            ))}
            {box && <Marked box={box} />}
            {words.length > 0 && <WordLayer words={words} page={sheet} />}
          </div>
        </div>
      </div>
      <div className="rounded-tile bg-raised border-line shadow-float absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center gap-1 border p-1">
        <IconButton icon={ZoomOut} label={t.zoomOut} keys="-" onClick={() => zoom.by(1 / ZOOM_STEP)} />
        <span className="text-muted w-14 text-center text-xs tabular-nums" aria-label={t.zoomPart(percent(scale))}>
          {percent(scale)}
        </span>
        <IconButton icon={ZoomIn} label={t.zoomIn} keys="+" onClick={() => zoom.by(ZOOM_STEP)} />
        <IconButton icon={Maximize} label={t.zoomFit} keys="0" onClick={zoom.fit} />
        <IconButton icon={RotateCcw} label={t.rotateBack} keys="Shift+R" onClick={() => rotate(3)} />
        <IconButton icon={RotateCw} label={t.rotate} keys="R" onClick={() => rotate(1)} />
        {buttons}
      </div>
    </>
  )
}

function Layer({ url, alt, onBroken }: { url: string; alt: string; onBroken: (url: string) => void }) {
  const [isLoaded, setLoaded] = useState(url.startsWith('data:'))
  const attach = useCallback((image: HTMLImageElement | null) => {
    if (image?.complete && image.naturalWidth > 0) setLoaded(true)
    // Gone before it came: the browser gives the request up.
    return () => image?.removeAttribute('src')
  }, [])
  return (
    <img
      ref={attach}
      src={url}
      alt={alt}
      draggable={false}
      decoding="async"
      onLoad={() => setLoaded(true)}
      onError={() => onBroken(url)}
      className="absolute inset-0 size-full max-w-none transition-opacity duration-[80ms]"
      style={{ opacity: isLoaded ? 1 : 0 }}
    />
  )
}

/** What a search has found. */
function Marked({ box: [x, y, width, height] }: { box: Box }) {
  return (
    <div
      aria-hidden
      className="outline-accent bg-accent/15 absolute rounded-[2px] outline-2 outline-offset-2"
      style={{ left: `${x * 100}%`, top: `${y * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` }}
    />
  )
}
