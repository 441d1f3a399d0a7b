// In: whether the bureau has turned push on. Out: the page to subscribe at, the pages of leaving, the home-screen manifest.
// Must not promise a push: who cannot be reached is told so, and where else to look.
import { romanIntensity } from '../../../core/intensity/felt.ts'
import type { Page } from '../../../store/pages.ts'
import { ICON_SIZES } from '../assets.ts'
import type { Scene, Sheet, SiteIdentity } from './frame.ts'

const DEGREES = [2, 3, 4, 5, 6] as const
const USUAL_DEGREE = 3
const NIGHT_DEGREES = [4, 5, 6] as const
const MAGNITUDES = ['3.0', '4.0', '5.0', '6.0'] as const
const MANIFEST_TYPE = 'application/manifest+json; charset=utf-8'

/** Pages of push, which change with the configuration only. */
export function pushSheets(site: SiteIdentity): Sheet[] {
  const leave = (name: 'ask' | 'done' | 'failed'): Sheet => ({
    path: `/unsubscribe/${name}`,
    template: 'unsubscribe',
    title: (wording) => wording.say('unsubscribe', 'title'),
    view: ({ wording }) => ({
      ask: name === 'ask',
      heading: wording.say('unsubscribe', name === 'ask' ? 'title' : name),
      text: wording.say('unsubscribe', name === 'ask' ? 'ask' : `${name}Why`),
    }),
    head: '<meta name="robots" content="noindex">\n',
  })
  return [
    {
      path: '/subscribe',
      template: 'subscribe',
      title: (wording) => wording.say('subscribe', 'title'),
      view: subscribeView,
      ...(site.push ? { head: '<script src="/assets/push.js" defer></script>\n' } : {}),
    },
    leave('ask'),
    leave('done'),
    leave('failed'),
  ]
}

function subscribeView({ site, wording }: Scene): object {
  const { push, places } = site
  const degree = (value: number): string => wording.say('subscribe', 'degree', { degree: romanIntensity(value) })
  return {
    open: push !== null && push !== undefined,
    key: push?.publicKey ?? '',
    version: push?.consentVersion ?? '',
    districtsWhy: wording.say('subscribe', 'districtsWhy', { home: places[0]?.name ?? '' }),
    digest: wording.say('subscribe', 'digest', { minutes: String(push?.digestMinutes ?? 0) }),
    places: places.map(({ name, code }) => ({ name, code })),
    degrees: [
      ...DEGREES.map((value) => ({ value: String(value), name: degree(value), usual: value === USUAL_DEGREE })),
      { value: 'none', name: wording.say('subscribe', 'noIntensity'), usual: false },
    ],
    magnitudes: [
      { value: 'none', name: wording.say('subscribe', 'noMagnitude') },
      ...MAGNITUDES.map((value) => ({ value, name: wording.say('subscribe', 'level', { magnitude: value }) })),
    ],
    nights: [
      { value: 'none', name: wording.say('subscribe', 'sameAsDay') },
      ...NIGHT_DEGREES.map((value) => ({
        value: String(value),
        name: wording.say('subscribe', 'nightFrom', { degree: romanIntensity(value) }),
      })),
    ],
    said: Object.entries(wording.w['said'] ?? {}).map(([key, text]) => ({ key, text })),
  }
}

/**
 * What a phone needs to put the site on its home screen: iOS (16.4 and later) pushes to nothing else. Its pictures fill the
 * square, so that a system may cut its own shape out of them (`maskable`: what matters lies within 80 % of the width).
 */
export function manifestPage(site: SiteIdentity): Page {
  const body = {
    id: '/',
    name: `${site.bureauName}${site.demonstration ? '（演示）' : ''}`,
    short_name: '地震公告',
    lang: 'zh-CN',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f3f4f1',
    theme_color: '#0b4f8a',
    icons: [
      { src: '/assets/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
      ...ICON_SIZES.slice(1).flatMap((size) =>
        ['any', 'maskable'].map((purpose) => ({
          src: `/assets/icon-${size}.png`,
          sizes: `${size}x${size}`,
          type: 'image/png',
          purpose,
        })),
      ),
    ],
  }
  return { path: '/manifest.webmanifest', contentType: MANIFEST_TYPE, status: 200, body: JSON.stringify(body) }
}
