// In: notices in several states. Out: what a shared link shows of them: title, words, picture.
import { expect, test } from 'vitest'
import { identity, NOTICE, pages } from './sample-pages.ts'

/** Open Graph values of the notice's page, by name. */
function sharedOf(over: Partial<typeof NOTICE> = {}): Record<string, string> {
  const body = String(pages.notice({ ...NOTICE, ...over })[0]?.body)
  const head = body.slice(0, body.indexOf('</head>'))
  return Object.fromEntries(
    [...head.matchAll(/<meta property="og:([^"]+)" content="([^"]*)">/g)].map(([, name, value]) => [name, value]),
  )
}

test('a shared notice shows its title, its words and its picture', () => {
  expect(sharedOf()).toMatchObject({
    title: '安徽某市某县发生4.6级地震',
    description: NOTICE.text,
    url: `${identity.publicUrl}/n/abcd2345`,
    image: `${identity.publicUrl}/n/abcd2345.png`,
    'image:width': '1200',
    'image:height': '630',
  })
})

test('one that was withdrawn says so, repeats nothing, and its picture has another address than the one kept elsewhere', () => {
  const shared = sharedOf({ state: 'withdrawn' })
  expect(shared).toMatchObject({
    title: '【已撤回】公告 兰震信〔2026〕7号 第1报',
    description: '本公告已撤回，请勿转发。',
    image: `${identity.publicUrl}/n/abcd2345.png?withdrawn`,
  })
  expect(Object.values(shared).join('\n')).not.toContain(NOTICE.facts.origin?.place)
})

test('a drill has nothing to share', () => {
  expect(sharedOf({ class: 'drill' })).toEqual({})
})

test('hostile titles stay text', () => {
  expect(sharedOf({ title: '"><script>x</script>' })['title']).toBe('&#34;&#62;&#60;script&#62;x&#60;/script&#62;')
})
