import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { connection, type Heard, useOperation } from '../../api/index.ts'
import { plainText } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { toast } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Says in passing, on every page, that another device waits for an answer; the page of devices keeps what waits. */
export function DeviceNews() {
  const t = useMessages(messages)
  const navigate = useNavigate()
  // The page itself shows what waits.
  const isSeen = useLocation({ select: ({ pathname }) => pathname === '/devices' })
  const told = useRef(new Set<string>())
  const offers = useOperation('offers.list', {}).data
  useEffect(() => {
    const action = { label: t.look, run: () => void navigate({ to: '/devices' }) }
    for (const { direction, from, id, names, state } of offers ?? []) {
      // A stranger is told of twice: for the number, and for the files.
      const key = `${id} ${state}`
      if (direction !== 'in' || told.current.has(key)) continue
      told.current.add(key)
      if (isSeen) continue
      const news = state === 'comparing' ? t.strangerSends : t.newOffer
      toast(plainText(news(from.name)), { text: plainText(names.join(', ')), action })
    }
  }, [isSeen, navigate, offers, t])
  useEffect(() => {
    const action = { label: t.look, run: () => void navigate({ to: '/devices' }) }
    const tell = (heard: Heard) => {
      if (isSeen) return
      if (heard.type === 'network.grant-requested') {
        const { device, what } = heard.data
        toast(t.newRequest, { text: plainText(t.wants[what](device.name)), action })
      }
      if (heard.type === 'library.shared') {
        const { device, library } = heard.data
        toast(plainText(t.newLibrary(device.name, library.name)), { action })
      }
    }
    return connection.onEvent(tell)
  }, [isSeen, navigate, t])
  return null
}
