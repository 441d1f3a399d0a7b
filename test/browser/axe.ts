// In: an open page. Out: what axe-core finds in anybody's way there, a line each.
// Must not judge: the tests say on which pages, in which modes and widths nothing may be found.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

let source: Promise<string> | null = null

/** What a colour scheme can change; everything else is the same in the dark. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/**
 * Each violation with the first place it is at.
 * @param what colours: the page was looked at whole in another scheme
 */
export async function findViolations(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  source ??= readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
  if (await page.evaluate<boolean>(`typeof axe === 'undefined'`)) await page.evaluate(await source)
  // Rules are the same; places are worked out for what was violated, not for what was passed.
  const options = { resultTypes: ['violations'], ...(what === 'colours' && { runOnly: COLOURS }) }
  const { violations } = await page.evaluate<{
    violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[]
  }>(`axe.run(${JSON.stringify(options)})`)
  return violations.map(({ id, nodes: [first] }) => `${id} ${first?.target.join(' ')} ${first?.failureSummary ?? ''}`)
}

/** The same in light and dark, each line with its scheme; leaves the page light. */
export async function findViolationsInBoth(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await findViolations(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await findViolations(page, 'colours')
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light.map((one) => `light: ${one}`), ...dark.map((one) => `dark: ${one}`)]
}
