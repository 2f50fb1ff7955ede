import { Search } from 'lucide-react'
import { useState } from 'react'
import { useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useMessages } from '../../i18n/index.ts'
import { Input } from '../../ui/index.ts'
import { AccessSettings, SHOWN_RECORDS } from './access-settings.tsx'
import { AppearanceSettings } from './appearance-settings.tsx'
import { EngineList } from './engine-list.tsx'
import { EngineSettings } from './engine-settings.tsx'
import { KeySettings } from './key-settings.tsx'
import { messages } from './messages.ts'
import { SettingsSearch } from './section.tsx'

/** What can be set: for this browser, for the engine; and what the engine works with. */
export function SettingsPage() {
  const t = useMessages(messages)
  const [text, setText] = useState('')
  // Together: a part that came later would push away what is below it.
  const isKnown = [
    useOperation('config.get', {}),
    useOperation('sessions.list', {}, { staleTime: 0 }),
    useOperation('sessions.log', { limit: SHOWN_RECORDS }, { staleTime: 0 }),
  ].every(({ isPending }) => !isPending)
  return (
    <Page title={usePageName('/settings')}>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="mx-auto flex max-w-2xl flex-col gap-8">
          <search className="relative flex items-center">
            <Search
              size={16}
              strokeWidth={1.5}
              aria-hidden
              className="text-muted pointer-events-none absolute start-2.5"
            />
            <Input
              type="text"
              role="searchbox"
              data-search-box
              aria-label={t.searchSettings}
              placeholder={t.searchSettings}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="ps-8"
            />
          </search>
          <SettingsSearch text={text}>
            <AppearanceSettings />
            {isKnown && (
              <>
                <AccessSettings />
                <EngineSettings />
                <KeySettings />
                <EngineList />
              </>
            )}
          </SettingsSearch>
        </div>
      </div>
    </Page>
  )
}
