import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Toaster } from 'sonner'
import { queryClient } from '../api/index.ts'
import { CommandKeys } from './command-keys.tsx'
import { router } from './router.tsx'
import { useDocumentSettings } from './use-document-settings.ts'

const TOOLTIP_DELAY_MS = 500

/** Everything the page stands on. */
export function App() {
  const theme = useDocumentSettings()
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delay={TOOLTIP_DELAY_MS}>
          <CommandKeys>
            <RouterProvider router={router} />
          </CommandKeys>
          <Toaster theme={theme} position="bottom-right" closeButton />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>
  )
}
