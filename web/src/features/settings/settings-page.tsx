import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { AccessSettings } from './access-settings.tsx'
import { AppearanceSettings } from './appearance-settings.tsx'
import { EngineList } from './engine-list.tsx'
import { EngineSettings } from './engine-settings.tsx'
import { KeySettings } from './key-settings.tsx'

/** What can be set: for this browser, for the engine; and what the engine works with. */
export function SettingsPage() {
  return (
    <Page title={usePageName('/settings')}>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="mx-auto flex max-w-2xl flex-col gap-8">
          <AppearanceSettings />
          <AccessSettings />
          <EngineSettings />
          <EngineList />
          <KeySettings />
        </div>
      </div>
    </Page>
  )
}
