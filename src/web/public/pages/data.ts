// In: nothing but the addresses of the house. Out: the page for programs and those who write them: feeds, API, wall displays.
// Must not list what may not be asked without a key, nor promise an address that no route answers (test/browser tries each).
import type { Sheet } from './frame.ts'

const PARTS = [
  {
    key: 'feeds',
    links: [
      { key: 'atom', url: '/feeds/notices.atom' },
      { key: 'rss', url: '/feeds/notices.rss' },
      { key: 'json', url: '/feeds/notices.json' },
      { key: 'cap', url: '/feeds/cap.atom' },
      { key: 'geojson', url: '/feeds/quakes.geojson' },
    ],
  },
  {
    key: 'api',
    links: [
      { key: 'notices', url: '/api/v1/notices' },
      { key: 'quakes', url: '/api/v1/quakes' },
      { key: 'rebuttals', url: '/api/v1/rebuttals' },
      { key: 'openapi', url: '/api/v1/openapi.json' },
    ],
  },
  {
    key: 'walls',
    links: [
      { key: 'screen', url: '/screen' },
      { key: 'text', url: '/screen/current.txt?max=60' },
      { key: 'words', url: '/screen/current.json?max=60' },
    ],
  },
] as const

export function dataSheet(): Sheet {
  return {
    path: '/data',
    template: 'data',
    title: (wording) => wording.say('data', 'title'),
    view: ({ wording }) => ({
      parts: PARTS.map(({ key, links }) => ({
        heading: wording.say('data', `${key}Head`),
        text: wording.say('data', key),
        links: links.map((link) => ({ url: link.url, name: wording.say('data', link.key) })),
      })),
    }),
  }
}
