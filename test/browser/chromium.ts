// In: nothing. Out: a real Chromium for the tests that need one, or the reason why there is none.
// Must not download: the system's own browser is used (CI installs Debian's).
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Path of the browser; null where this machine has none. */
export const CHROMIUM = PLACES.find((path) => existsSync(path)) ?? null

/** Put behind the name of a suite that is skipped. */
export const NO_CHROMIUM = CHROMIUM === null ? ' (skipped: no Chromium on this machine)' : ''

export function openChromium(executablePath = CHROMIUM): Promise<Browser> {
  if (executablePath === null) throw new Error('no Chromium on this machine')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}
