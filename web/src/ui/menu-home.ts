import { createContext, useContext } from 'react'

/** The element that menus are put into: a landmark, so that whatever is read lies in one. What is modal sets it to null. */
export const MenuHome = createContext<HTMLElement | null>(null)

/** For the `container` of a portal; undefined where it finds its place by itself. */
export function useMenuHome(): HTMLElement | undefined {
  return useContext(MenuHome) ?? undefined
}
