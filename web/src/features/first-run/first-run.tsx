import type { OutputOf } from '@spacedrive/client'
import { useNavigate } from '@tanstack/react-router'
import {
  Download,
  Film,
  FileText,
  FolderOpen,
  FolderSearch,
  House,
  Image,
  type LucideIcon,
  Monitor,
  Music,
} from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { connection, useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { useFormat } from '../../format/index.ts'
import { defineMessages, plural, useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote, Field, Input } from '../../ui/index.ts'
import { FolderPicker } from '../locations/index.ts'

const messages = defineMessages({
  en: {
    title: 'Welcome',
    question: 'Where are your files?',
    hint: 'They stay where they are. Spacedrive reads them, and keeps what it learns in a library of its own.',
    counting: 'Counting…',
    enter: 'Press Enter to begin with this folder, or type another one.',
    browse: 'Browse',
    begin: 'Begin',
    failed: 'This folder cannot be added',
    library: 'My Library',
    suggestions: 'Or one of these',
    files: (count: number, isWhole: boolean) =>
      `${isWhole ? '' : 'over '}${plural('en', count, { one: '# file', other: '# files' })}`,
    unknown: 'size not known',
    places: {
      pictures: 'Pictures',
      documents: 'Documents',
      downloads: 'Downloads',
      desktop: 'Desktop',
      music: 'Music',
      videos: 'Videos',
      home: 'Everything of yours',
    },
  },
  de: {
    title: 'Willkommen',
    question: 'Wo sind deine Dateien?',
    hint: 'Sie bleiben, wo sie sind. Spacedrive liest sie und behält, was es erfährt, in einer eigenen Bibliothek.',
    counting: 'Wird gezählt…',
    enter: 'Mit der Eingabetaste beginnt es mit diesem Ordner; oder gib einen anderen ein.',
    browse: 'Suchen',
    begin: 'Beginnen',
    failed: 'Dieser Ordner kann nicht hinzugefügt werden',
    library: 'Meine Bibliothek',
    suggestions: 'Oder einer von diesen',
    files: (count, isWhole) =>
      `${isWhole ? '' : 'über '}${plural('de', count, { one: '# Datei', other: '# Dateien' })}`,
    unknown: 'Größe nicht bekannt',
    places: {
      pictures: 'Bilder',
      documents: 'Dokumente',
      downloads: 'Downloads',
      desktop: 'Schreibtisch',
      music: 'Musik',
      videos: 'Videos',
      home: 'Alles, was dir gehört',
    },
  },
})

type Place = OutputOf<'system.places'>[number]

const icons: Record<Place['kind'], LucideIcon> = {
  pictures: Image,
  documents: FileText,
  downloads: Download,
  desktop: Monitor,
  music: Music,
  videos: Film,
  home: House,
}

/** One field: the folder to begin with. It is shown at once, while it is indexed. */
export function FirstRun() {
  const t = useMessages(messages)
  const navigate = useNavigate()
  const [typed, setTyped] = useState<string | null>(null)
  const [isPicking, setPicking] = useState(false)
  const [isBeginning, setBeginning] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const known = useOperation('system.places', {}).data
  const places = known ?? []
  // A person who has nothing to change accepts the first suggestion with Enter.
  const suggested = places[0]?.path ?? ''
  const path = typed ?? suggested
  const home = places.find(({ kind }) => kind === 'home')?.path ?? '/'
  const begin = async (folder: string) => {
    setBeginning(true)
    setError(null)
    try {
      const { location } = await addFirst(folder, t.library)
      await navigate({ to: '/browse', search: { path: location.path } })
    } catch (err) {
      setError(err)
    } finally {
      setBeginning(false)
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void begin(path)
  }
  return (
    <Page title={t.title}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <form onSubmit={onSubmit} className="mx-auto flex w-full max-w-lg flex-col gap-4 p-8">
          <FolderSearch size={32} strokeWidth={1.25} aria-hidden className="text-accent" />
          <Field label={t.question} hint={typed === null && suggested !== '' ? `${t.hint} ${t.enter}` : t.hint}>
            {(ids) => (
              <span className="flex gap-2">
                <Input
                  {...ids}
                  autoFocus
                  required
                  spellCheck={false}
                  placeholder={home}
                  value={path}
                  onFocus={(event) => event.target.select()}
                  onChange={(event) => setTyped(event.target.value)}
                />
                <Button icon={FolderOpen} onClick={() => setPicking(true)}>
                  {t.browse}
                </Button>
              </span>
            )}
          </Field>
          <Button kind="primary" type="submit" disabled={isBeginning} className="self-start">
            {t.begin}
          </Button>
          {error !== null && <ErrorNote error={error} title={t.failed} />}
          {known === undefined && <p className="text-muted text-xs">{t.counting}</p>}
          <Suggestions places={places} isDisabled={isBeginning} onChoose={(folder) => void begin(folder)} />
        </form>
      </div>
      {isPicking && (
        <FolderPicker
          start={home}
          onClose={() => setPicking(false)}
          onChoose={(folder) => {
            setTyped(folder)
            setPicking(false)
          }}
        />
      )}
    </Page>
  )
}

/** Makes a library where there is none, and adds the folder to it. Of a path that is no folder, no library is made. */
async function addFirst(path: string, name: string) {
  await connection.query('files.list', { path, limit: 1 })
  const libraries = await connection.query('libraries.list', {})
  if (!libraries.some(({ open }) => open)) await connection.action('libraries.create', { name })
  return connection.action('locations.add', { path })
}

interface SuggestionsProps {
  readonly places: readonly Place[]
  readonly isDisabled: boolean
  readonly onChoose: (path: string) => void
}

function Suggestions({ places, isDisabled, onChoose }: SuggestionsProps) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  if (places.length === 0) return null
  return (
    <section>
      <h2 className="text-muted pb-1 text-xs font-medium">{t.suggestions}</h2>
      <ul className="grid gap-2 sm:grid-cols-2">
        {places.map(({ estimate, kind, path }) => {
          const Icon = icons[kind]
          return (
            <li key={path}>
              <button
                type="button"
                disabled={isDisabled}
                onClick={() => onChoose(path)}
                className="press rounded-tile border-line hover:bg-hover flex w-full items-center gap-3 border p-3 text-start"
              >
                <Icon size={20} strokeWidth={1.5} aria-hidden className="text-accent shrink-0" />
                <span className="min-w-0">
                  <span className="block font-medium">{t.places[kind]}</span>
                  <span className="text-muted block truncate text-xs">
                    {estimate ? `${t.files(estimate.files, estimate.isWhole)}, ${bytes(estimate.bytes)}` : t.unknown}
                  </span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
