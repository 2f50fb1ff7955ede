import { useNavigate } from '@tanstack/react-router'
import { Monitor, MonitorSmartphone, Send } from 'lucide-react'
import { useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { MenuItem, SafeName, SubMenu, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Files and folders of one offer, as the daemon has it. */
const MAX_SENT = 1_000

interface SendToProps {
  /** How many files and folders. */
  readonly count: number
  readonly paths: () => Promise<readonly string[]>
  /** False where their disk is not plugged in. */
  readonly isOnline: boolean
}

/**
 * Offers files to a paired device, one of those that are connected, or to one nearby that lets itself be seen; whoever is
 * there accepts or declines.
 */
export function SendTo({ count, isOnline, paths }: SendToProps) {
  const t = useMessages(messages)
  const devices = useOperation('network.devices', {}).data ?? []
  const send = useAction('offers.send')
  const navigate = useNavigate()
  const isOn = useOperation('network.status', {}).data?.state === 'running'
  const nearby = useOperation('nearby.list', {}, { enabled: isOn }).data?.devices ?? []
  const connected = devices.filter(({ state }) => state === 'connected')
  const hindrance = connected.length + nearby.length === 0 ? t.noDevice : count > MAX_SENT ? t.tooMany(MAX_SENT) : null
  // Whoever has never paired a device, and sees none, has no use for it.
  if (devices.length + nearby.length === 0) return null
  if (hindrance !== null || !isOnline)
    return (
      <MenuItem icon={Send} isDisabled onClick={() => {}}>
        {t.sendTo}
        {hindrance !== null && <span className="text-muted block text-xs">{hindrance}</span>}
      </MenuItem>
    )
  const offer = async ({ device, isNearby, name }: { device: string; isNearby: boolean; name: string }) => {
    try {
      await send.mutateAsync({ device, nearby: isNearby, paths: [...(await paths())] })
      // There both numbers are compared.
      if (isNearby) await navigate({ to: '/devices' })
      else toast(t.offered(name))
    } catch (err) {
      toastError(t.notOffered(name), err)
    }
  }
  return (
    <SubMenu icon={Send} label={t.sendTo}>
      {connected.map((device) => (
        <MenuItem
          key={device.id}
          icon={Monitor}
          onClick={() => void offer({ device: device.id, isNearby: false, name: device.name })}
        >
          <SafeName name={device.name} />
        </MenuItem>
      ))}
      {nearby.map(({ key, name }) => (
        <MenuItem key={key} icon={MonitorSmartphone} onClick={() => void offer({ device: key, isNearby: true, name })}>
          <SafeName name={name} />
          <span className="text-muted block text-xs">{t.nearby}</span>
        </MenuItem>
      ))}
    </SubMenu>
  )
}
