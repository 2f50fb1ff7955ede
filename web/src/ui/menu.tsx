import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import { Check, ChevronRight, type LucideIcon } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Keys } from './button.tsx'
import { cn } from './cn.ts'
import { useMenuHome } from './menu-home.ts'

const ITEM =
  'rounded-control data-[highlighted]:bg-hover flex min-h-7 items-center gap-2 px-2 text-sm outline-none data-[disabled]:opacity-50'
const POPUP = 'rounded-tile bg-raised border-line shadow-float z-50 min-w-44 border p-1 text-sm outline-none'

/** A button that opens a list of things to do. */
export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  const home = useMenuHome()
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal container={home}>
        <Base.Positioner sideOffset={4} align={align} className="z-50">
          <Base.Popup className={POPUP}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

interface MenuProps {
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
}

/** What can be done with the thing below the pointer, or with the one that has the focus. `area` is where it opens. */
export function ContextMenu({ area, children }: { area: ReactElement<Record<string, unknown>>; children: ReactNode }) {
  const home = useMenuHome()
  return (
    <BaseContext.Root>
      <BaseContext.Trigger render={area} />
      <BaseContext.Portal container={home}>
        <BaseContext.Positioner className="z-50">
          <BaseContext.Popup className={POPUP}>{children}</BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}

interface MenuItemProps {
  readonly icon?: LucideIcon
  readonly keys?: string | undefined
  readonly isDisabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

export function MenuItem({ icon: Icon, keys, isDisabled, onClick, children }: MenuItemProps) {
  return (
    <Base.Item className={ITEM} disabled={isDisabled} onClick={onClick}>
      {Icon && <Icon size={16} strokeWidth={1.5} aria-hidden className="text-muted" />}
      <span className="flex-1">{children}</span>
      {keys && <Keys keys={keys} />}
    </Base.Item>
  )
}

interface SubMenuProps {
  readonly icon?: LucideIcon
  readonly label: string
  readonly children: ReactNode
}

/** More things to do, behind one of a menu. */
export function SubMenu({ icon: Icon, label, children }: SubMenuProps) {
  const home = useMenuHome()
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={cn(ITEM, 'data-[popup-open]:bg-hover')}>
        {Icon && <Icon size={16} strokeWidth={1.5} aria-hidden className="text-muted" />}
        <span className="flex-1">{label}</span>
        <ChevronRight size={14} strokeWidth={1.5} aria-hidden className="text-muted rtl:rotate-180" />
      </Base.SubmenuTrigger>
      <Base.Portal container={home}>
        <Base.Positioner className="z-50" collisionPadding={8}>
          <Base.Popup className={POPUP}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  )
}

interface MenuChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly choices: readonly { value: T; label: string }[]
  readonly onChange: (value: T) => void
}

/** One of several. */
export function MenuChoice<T extends string>({ label, value, choices, onChange }: MenuChoiceProps<T>) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      {choices.map((choice) => (
        <Base.RadioItem key={choice.value} value={choice.value} className={ITEM} closeOnClick>
          <Base.RadioItemIndicator keepMounted className="w-4 data-[unchecked]:invisible">
            <Check size={16} strokeWidth={1.5} aria-hidden />
          </Base.RadioItemIndicator>
          {choice.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}

/** On or off. */
export function MenuSwitch({
  isOn,
  onChange,
  children,
}: {
  isOn: boolean
  onChange: (isOn: boolean) => void
  children: ReactNode
}) {
  return (
    <Base.CheckboxItem checked={isOn} onCheckedChange={onChange} className={ITEM}>
      <Base.CheckboxItemIndicator keepMounted className="w-4 data-[unchecked]:invisible">
        <Check size={16} strokeWidth={1.5} aria-hidden />
      </Base.CheckboxItemIndicator>
      {children}
    </Base.CheckboxItem>
  )
}

export function MenuLine() {
  return <Base.Separator className="bg-line my-1 h-px" />
}
