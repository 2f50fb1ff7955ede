import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useMemo } from 'react'
import { createKeybindingsHandler } from 'tinykeys'
import { type CommandId, commandIds, commands, readableKeys } from './commands.ts'
import { usePreferences } from './preferences.ts'

type Handler = () => void

/** Who does what a command says: of several the one that came last, such as a dialog over a page. */
class Handlers {
  readonly #stacks = new Map<CommandId, { run: Handler }[]>()

  add(id: CommandId, handler: { run: Handler }, { isLast }: { isLast: boolean }): () => void {
    const stack = this.#stacks.get(id) ?? []
    this.#stacks.set(id, isLast ? [handler, ...stack] : [...stack, handler])
    return () =>
      this.#stacks.set(
        id,
        this.#stacks.get(id)!.filter((each) => each !== handler),
      )
  }

  /** False: nobody does it here. */
  run(id: CommandId): boolean {
    const handler = this.#stacks.get(id)?.at(-1)
    handler?.run()
    return handler !== undefined
  }

  active(): CommandId[] {
    return commandIds.filter((id) => (this.#stacks.get(id)?.length ?? 0) > 0)
  }
}

const HandlersContext = createContext(new Handlers())

/** Listens to the keyboard for everything below. */
export function CommandKeys({ children }: { children: ReactNode }) {
  const handlers = useMemo(() => new Handlers(), [])
  const changed = usePreferences((preferences) => preferences.keys)
  useEffect(() => {
    const bindings = commandIds.map((id) => {
      const keys = changed[id] ?? commands[id]
      return [keys, (event: KeyboardEvent) => onKeys(event, id, keys, handlers)] as const
    })
    const onKeyDown = createKeybindingsHandler(Object.fromEntries(bindings), { ignore: isNoKeyPress })
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [changed, handlers])
  return <HandlersContext value={handlers}>{children}</HandlersContext>
}

/** Held down, or part of a character. `onKeys` decides which keys count in a field. */
function isNoKeyPress({ isComposing, repeat }: KeyboardEvent): boolean {
  return isComposing || repeat
}

function onKeys(event: KeyboardEvent, id: CommandId, keys: string, handlers: Handlers): void {
  if (event.defaultPrevented) return
  // A field selects and copies its own text, and so does a person who has marked some with the pointer.
  if ((id === 'select-all' || id === 'copy-path') && isTyping(event.target)) return
  if (id === 'copy-path' && document.getSelection()?.isCollapsed === false) return
  const needsModifier = !/\$mod|Control|Alt|Meta/.test(keys) && id !== 'escape'
  if (needsModifier && isTyping(event.target)) return
  // Enter and Space do what the control does that has the focus.
  if ((id === 'open' || id === 'preview') && isControl(event.target)) return
  if (handlers.run(id)) event.preventDefault()
}

/** Whether keys without a modifier write text there. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, [role^="menuitem"], [role="dialog"]') !== null
}

/** Does what a command says while the component is there. */
export function useCommand(id: CommandId, run: Handler, isEnabled = true): void {
  useHandler(id, run, { isEnabled, isLast: false })
}

/** Does what a command says if nothing else on the page does. */
export function useUsualCommand(id: CommandId, run: Handler): void {
  useHandler(id, run, { isEnabled: true, isLast: true })
}

function useHandler(id: CommandId, run: Handler, { isEnabled, isLast }: { isEnabled: boolean; isLast: boolean }): void {
  const handlers = useContext(HandlersContext)
  const latest = useEffectEvent(run)
  useEffect(() => {
    if (!isEnabled) return
    return handlers.add(id, { run: () => latest() }, { isLast })
  }, [handlers, id, isEnabled, isLast])
}

/** The keys of a command as a person reads them. */
export function useKeysOf(id: CommandId): string {
  const changed = usePreferences((preferences) => preferences.keys)
  return readableKeys(changed[id] ?? commands[id])
}

/** The keys of a command as a person reads them, if it does something here. */
export function useActiveKeysOf(id: CommandId): string | undefined {
  const keys = useKeysOf(id)
  return useContext(HandlersContext).active().includes(id) ? keys : undefined
}

/** What commands do something here, and how to do them by name. */
export function useCommands(): { active: () => CommandId[]; run: (id: CommandId) => void } {
  const handlers = useContext(HandlersContext)
  return useMemo(() => ({ active: () => handlers.active(), run: (id) => void handlers.run(id) }), [handlers])
}
