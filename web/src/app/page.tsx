import type { ReactNode } from 'react'
import { plainText } from '../format/index.ts'
import { SidebarButton } from '../features/sidebar/index.ts'

interface PageProps {
  /** The name of the page, for readers and the window's title. */
  readonly title: string
  /** The one toolbar. */
  readonly toolbar?: ReactNode
  /** Beside the page at its end: the inspector. */
  readonly aside?: ReactNode
  readonly children: ReactNode
}

/** What every page has: its title, a toolbar, its content, and perhaps something beside it. */
export function Page({ title, toolbar, aside, children }: PageProps) {
  return (
    <>
      <title>{`${plainText(title)} – Spacedrive`}</title>
      <header data-pane className="border-line flex min-h-11 flex-wrap items-center gap-1 border-b px-2 py-1.5">
        <SidebarButton />
        {toolbar ?? <h1 className="px-2 text-base font-semibold">{title}</h1>}
      </header>
      <div className="flex min-h-0 flex-1">
        <div data-pane className="flex min-w-0 flex-1 flex-col">
          {children}
        </div>
        {aside && (
          <div data-pane className="contents">
            {aside}
          </div>
        )}
      </div>
    </>
  )
}
