import type { SidecarKind } from '@spacedrive/core/domain'
import { Captions, FilePlus2, Play } from 'lucide-react'
import {
  type ReactNode,
  type RefCallback,
  type RefObject,
  type SyntheticEvent,
  useCallback,
  useRef,
  useState,
} from 'react'
import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, IconButton, KindIcon } from '../../ui/index.ts'
import { AudioFrame } from './audio-frame.tsx'
import { BrokenNote } from './broken-note.tsx'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'
import { SidePanel } from './side-panel.tsx'
import { thumbFor } from './thumb-choice.ts'
import { TranscriptPanel } from './transcript-panel.tsx'
import { readyUrl, type ShownFile } from './use-file.ts'
import { useTranscript } from './use-sidecar-json.ts'
import { useWantedPicture } from './use-wanted-picture.ts'
import { Waveform } from './waveform.tsx'

const POSTER_PIXELS = 1024
/** What is played where the original cannot be. */
const PROXY = 'quick'

/** A recording, with what is said in it beside it. */
export function PlayerView({ file, focus, kind }: ViewProps & { kind: 'video' | 'audio' }) {
  const t = useMessages(messages)
  const player = useRef<HTMLMediaElement>(null)
  const [timeMs, setTimeMs] = useState(focus?.timeMs ?? 0)
  const [hasPanel, setPanel] = useState(true)
  const transcript = useTranscript(file).data
  const play = (ms: number) => {
    if (!player.current) return
    player.current.currentTime = ms / 1000
    // Where it cannot be played the player says so itself.
    player.current.play().catch(() => null)
  }
  const isPanelShown = hasPanel && transcript !== null && transcript !== undefined && transcript.lines.length > 0
  return (
    <>
      <div className="bg-photo relative flex min-h-0 min-w-0 flex-1 flex-col">
        <Player
          file={file}
          kind={kind}
          playerRef={player}
          startMs={focus?.timeMs}
          language={transcript?.language ?? null}
          timeMs={timeMs}
          onTime={setTimeMs}
        />
        {transcript && transcript.lines.length > 0 && (
          <div className="rounded-control bg-raised border-line absolute end-3 top-3 border">
            <IconButton
              icon={Captions}
              label={t.transcriptPanel}
              isPressed={hasPanel}
              onClick={() => setPanel(!hasPanel)}
            />
          </div>
        )}
      </div>
      {isPanelShown && (
        <SidePanel title={t.transcriptPanel}>
          <TranscriptPanel transcript={transcript} timeMs={timeMs} onPlay={file.url ? play : undefined} />
        </SidePanel>
      )}
    </>
  )
}

interface PlayerProps {
  readonly file: ShownFile
  readonly kind: 'video' | 'audio'
  readonly playerRef: RefObject<HTMLMediaElement | null>
  readonly startMs: number | undefined
  readonly language: string | null
  readonly timeMs: number
  readonly onTime: (ms: number) => void
}

type State = 'plays' | 'sound-only' | 'broken'

function Player({ file, kind, language, onTime, playerRef, startMs, timeMs }: PlayerProps) {
  const t = useMessages(messages)
  const [source, setSource] = useState<'original' | 'proxy'>('original')
  const [state, setState] = useState<State>('plays')
  const [durationMs, setDuration] = useState<number>()
  // The cover of a recording is seen before its thumbnails are made in their turn.
  useWantedPicture(file, kind === 'audio')
  const attach = usePlayerRef(playerRef)
  const proxy = readyUrl(file, 'proxy')
  const poster = posterOf(file)
  const url = source === 'proxy' && proxy ? proxy : file.url
  const onLoadedMetadata = ({ currentTarget }: SyntheticEvent<HTMLMediaElement>) => {
    if (startMs !== undefined) currentTarget.currentTime = startMs / 1000
    onDuration(currentTarget)
    const isSoundOnly = kind === 'video' && (currentTarget as HTMLVideoElement).videoWidth === 0
    setState(isSoundOnly ? 'sound-only' : 'plays')
  }
  const onDuration = ({ duration }: HTMLMediaElement) => {
    if (Number.isFinite(duration) && duration > 0) setDuration(duration * 1000)
  }
  const seek = (ms: number) => {
    if (playerRef.current) playerRef.current.currentTime = ms / 1000
    onTime(ms)
  }
  const playPause = () => {
    // Where it cannot be played the player says so itself.
    if (playerRef.current?.paused) playerRef.current.play().catch(() => null)
    else playerRef.current?.pause()
  }
  const playProxy = () => {
    setSource('proxy')
    setState('plays')
  }
  const offer = kind === 'video' && source === 'original' && <ProxyOffer file={file} onPlay={playProxy} />
  if (url === null) return <Still file={file} poster={poster} />
  if (state === 'broken') return <BrokenNote file={file}>{offer}</BrokenNote>
  const common = {
    src: url,
    controls: true,
    preload: 'metadata',
    onLoadedMetadata,
    onError: () => setState('broken'),
    onDurationChange: ({ currentTarget }: SyntheticEvent<HTMLMediaElement>) => onDuration(currentTarget),
    onTimeUpdate: ({ currentTarget }: SyntheticEvent<HTMLMediaElement>) => onTime(currentTarget.currentTime * 1000),
    'aria-label': file.entry.name,
  } as const
  const captions = readyUrl(file, 'transcript', 'vtt')
  const track = captions && <track kind="captions" src={captions} srcLang={language ?? 'und'} label={t.captions} />
  if (kind === 'audio')
    return (
      <AudioFrame file={file} cover={poster}>
        <Waveform file={file} durationMs={durationMs} timeMs={timeMs} onSeek={seek} onPlayPause={playPause} />
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- where there is a transcript there is a track */}
        <audio key={url} ref={attach} className="w-full shrink-0" {...common}>
          {track}
        </audio>
      </AudioFrame>
    )
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- where there is a transcript there is a track */}
      <video
        key={url}
        ref={attach}
        poster={poster ?? undefined}
        playsInline
        className="min-h-0 w-full flex-1 object-contain"
        {...common}
      >
        {track}
      </video>
      {source === 'proxy' && <Note text={t.proxyPlaying} />}
      {state === 'sound-only' && <Note text={t.soundOnly}>{offer}</Note>}
    </>
  )
}

/** Also ends what it loads when it goes: a player that is only left goes on reading. */
function usePlayerRef(playerRef: RefObject<HTMLMediaElement | null>): RefCallback<HTMLMediaElement> {
  return useCallback(
    (element: HTMLMediaElement | null) => {
      playerRef.current = element
      return () => {
        playerRef.current = null
        element?.pause()
        element?.removeAttribute('src')
        element?.load()
      }
    },
    [playerRef],
  )
}

function Note({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div role="status" className="bg-panel border-line flex flex-wrap items-center gap-3 border-t px-4 py-2">
      <span className="flex-1">{text}</span>
      {children}
    </div>
  )
}

/** A recording that is not here: its picture. */
function Still({ file, poster }: { file: ShownFile; poster: string | null }) {
  const t = useMessages(messages)
  return (
    <div className="m-auto flex flex-col items-center gap-3 p-6">
      {poster ? (
        <img src={poster} alt="" className="max-h-[60dvh] max-w-full" />
      ) : (
        <KindIcon entry={file.entry} size={72} />
      )}
      {!poster && <p className="text-muted">{t.nothingHere}</p>}
    </div>
  )
}

/** Sidecars that are made from the pictures of a video. */
const decoded: ReadonlySet<SidecarKind> = new Set(['thumb', 'thumbstrip', 'proxy'])

/** Plays the small copy, or requests one. */
function ProxyOffer({ file, onPlay }: { file: ShownFile; onPlay: () => void }) {
  const t = useMessages(messages)
  const make = useAction('sidecars.path')
  const contentId = file.info?.contentId
  const proxy = file.sidecars.find(({ kind }) => kind === 'proxy')
  if (proxy?.state === 'ready')
    return (
      <Button kind="primary" icon={Play} onClick={onPlay}>
        {t.playProxy}
      </Button>
    )
  // A small copy needs the same decoder as these. If the decoder failed for them, it fails for the copy too.
  const cannotDecode = file.sidecars.some(
    ({ error, kind, state }) =>
      decoded.has(kind) && state === 'failed' && (error?.code === 'Corrupt' || error?.code === 'Unsupported'),
  )
  if (!contentId || cannotDecode) return null
  const isComing = proxy?.state === 'pending' || proxy?.state === 'generating' || make.isSuccess
  if (isComing && proxy?.state !== 'failed') return <p className="text-muted w-full">{t.proxyQueued}</p>
  return (
    <>
      {(make.error ?? proxy?.error) && <ErrorNote error={make.error ?? proxy?.error} />}
      <Button
        kind="primary"
        icon={FilePlus2}
        disabled={make.isPending}
        onClick={() => make.mutate({ target: contentId, kind: 'proxy', variant: PROXY })}
      >
        {t.makeProxy}
      </Button>
    </>
  )
}

function posterOf(file: ShownFile): string | null {
  const thumb = thumbFor(file.sidecars, POSTER_PIXELS)
  return thumb ? file.sidecarUrl(thumb) : null
}
