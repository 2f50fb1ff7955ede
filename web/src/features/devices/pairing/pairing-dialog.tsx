import { Tabs } from '@base-ui/react/tabs'
import { useOperation } from '../../../api/index.ts'
import type { DevicesSearch } from '../devices-search.ts'
import { useMessages } from '../../../i18n/index.ts'
import { Dialog, Skeleton } from '../../../ui/index.ts'
import { EnterCode } from './enter-code.tsx'
import { messages } from './messages.ts'
import { NetworkingOff } from './networking-off.tsx'
import { ShowCode } from './show-code.tsx'
import { useCancelOnLeave } from './use-cancel-on-leave.ts'

type Way = NonNullable<DevicesSearch['pair']>
const ways: readonly Way[] = ['code', 'words']

interface PairingDialogProps {
  readonly way: Way
  readonly onWay: (way: Way) => void
  readonly onClose: () => void
}

/** Pairs this device with another: by a code that is shown here, or by one of the other device. */
export function PairingDialog({ way, onClose, onWay }: PairingDialogProps) {
  const t = useMessages(messages)
  const network = useOperation('network.status', {}).data
  const onBegin = useCancelOnLeave()
  return (
    <Dialog isOpen onClose={onClose} title={t.title} className="w-[min(42rem,calc(100vw-2rem))]">
      {!network ? (
        <Skeleton className="h-48" />
      ) : network.state !== 'running' ? (
        <NetworkingOff status={network} />
      ) : (
        <Tabs.Root value={way} onValueChange={(value) => onWay(value as Way)}>
          <Tabs.List aria-label={t.ways} className="bg-sunken rounded-control mb-3 flex gap-1 p-1">
            {ways.map((each) => (
              <Tabs.Tab
                key={each}
                value={each}
                className="press rounded-control data-[active]:bg-raised data-[active]:border-line h-7 flex-1 border border-transparent px-2 font-medium"
              >
                {t.way[each]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="code">
            <ShowCode name={network.name} onBegin={onBegin} onClose={onClose} />
          </Tabs.Panel>
          <Tabs.Panel value="words">
            <EnterCode name={network.name} onBegin={onBegin} onClose={onClose} />
          </Tabs.Panel>
        </Tabs.Root>
      )}
    </Dialog>
  )
}
