import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** What axe finds on a page once it stands still, with the rule for the size of targets that it leaves out by itself. */
export async function axe(page: Page): Promise<string[]> {
  await settled(page)
  return violationsOf(new AxeBuilder({ page }).options({ rules: { 'target-size': { enabled: true } } }))
}

async function violationsOf(builder: AxeBuilder): Promise<string[]> {
  // A frame in which no script runs cannot be asked; its colours are those of the page.
  const { violations } = await builder.exclude('iframe[sandbox]').analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, SHOWN).map(({ html }) => `${id}: ${html.slice(0, LENGTH)}`),
  )
}

/** As people have set their systems; each sets all that another may have set. */
const looks = [
  { name: 'light', media: { colorScheme: 'light', forcedColors: 'none' } },
  { name: 'dark', media: { colorScheme: 'dark', forcedColors: 'none' } },
  { name: 'forced colours', media: { colorScheme: 'dark', forcedColors: 'active' } },
] as const

/** What a look can change: all else is of the document, which is the same one in each. */
const RULES_OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size']

/** What axe finds on a page, and in each look of it, with the look: only the styles change, the page stays as it is. */
export async function axeInEachLook(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const { media, name } of looks) {
    await page.emulateMedia(media)
    await settled(page)
    const findings =
      name === 'light' ? await axe(page) : await violationsOf(new AxeBuilder({ page }).withRules(RULES_OF_LOOKS))
    found.push(...findings.map((each) => `${name}: ${each}`))
  }
  await page.emulateMedia(looks[0].media)
  return found
}

/** Everything that is waited for has come, and stands still. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('.skeleton')).toHaveCount(0)
  await expect
    .poll(() => page.evaluate('document.getAnimations().filter((each) => each.playState === "running").length'))
    .toBe(0)
}

/** Of one rule. */
const SHOWN = 3
/** Characters of an element. */
const LENGTH = 240
