// In: a place name that is markup, script, hash tag and control characters at once, behind every gate that would have stopped it.
// Out: proof that it is a text in every output: pages, feeds, CAP, API, Weibo, WeChat, a partner's webhook.
import { expect, test } from 'vitest'
import { webhook } from '../../channels/webhook/index.ts'
import { config as webhookConfig } from '../../channels/webhook/config.ts'
import { composeAlert } from '../../src/core/cap/compose.ts'
import { writeAlert } from '../../src/core/cap/write.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { childrenOf, readXml, textAt } from '../../src/feeds/xml.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { atomPage } from '../../src/web/public/feeds/atom.ts'
import { makeFeed } from '../../src/web/public/feeds/entries.ts'
import { geojsonPage } from '../../src/web/public/feeds/geojson.ts'
import { jsonFeedPage } from '../../src/web/public/feeds/json-feed.ts'
import { writeJsonLd } from '../../src/web/public/feeds/json-ld.ts'
import { rssPage } from '../../src/web/public/feeds/rss.ts'
import { writeNotice } from '../../src/web/public/notice-json.ts'
import { writeQuakeListing } from '../../src/web/public/quake-json.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { NAMES } from '../channels/fakes.ts'
import { factsOf, originOf, readTemplates } from '../core/rendering/facts.ts'
import { identity, NOTICE, NOW, pages, templates } from './sample-pages.ts'

const PLACE = '安徽<script>alert(1)</script>]]>&lt;"\'县'
const facts = factsOf({ kind: 'formal-report', origin: originOf({ place: PLACE, sourceCode: 'CC' }) })
/** As if the record held it all the same. */
const rendered = { title: `${PLACE}发生5.0级地震`, text: `在${PLACE}发生5.0级地震。`, variants: {} }
const notice: NoticeView = { ...NOTICE, facts, ...rendered }
const feed = makeFeed([notice], identity, openWordings(templates).zh, NOW)
const quakes = writeQuakeListing([{ id: 'q', notices: [notice] }], 30, {
  publicUrl: identity.publicUrl,
  demonstration: false,
})

test('no notice is made of it, so that neither Weibo nor WeChat nor anybody else is sent one', () => {
  expect(() => createRenderer(readTemplates()).render(facts)).toThrow(/marks that are not part of a name/)
})

test('in pages it is text', () => {
  const made = [
    ...pages.notice(notice),
    ...pages.notice(notice, 'en'),
    pages.home([notice], NOW),
    pages.quake('q', [notice], []),
  ]
  for (const { body, path } of made) {
    const html = body
    expect(html, path).toContain('alert(1)')
    expect(html, path).not.toContain('<script>')
  }
})

test('in XML it is text', () => {
  const composed = composeAlert(
    { id: 'n', quake: 'q', facts, title: rendered.title, text: rendered.text },
    {
      sender: 'a.example',
      chain: [],
      demonstration: false,
      places: identity.places,
      attenuation: identity.attenuation,
    },
  )
  if (!composed.ok) throw new Error(composed.rule)
  const documents = [
    writeAlert(composed.alert),
    atomPage(feed, identity.publicUrl).body,
    rssPage(feed, identity.publicUrl).body,
  ]
  for (const document of documents) {
    expect(document).not.toContain('<script')
    expect(document).not.toContain(']]>')
  }
  const [entry] = childrenOf(readXml(documents[1] ?? ''), 'entry')
  expect(entry && textAt(entry, 'content')).toContain(PLACE)
})

test('in JSON it is text, and in a page’s data block it cannot end it', () => {
  const bodies = [
    jsonFeedPage(feed, identity.publicUrl).body,
    geojsonPage(quakes).body,
    JSON.stringify(writeNotice(notice, identity.publicUrl, false)),
    writeJsonLd(notice, identity),
  ]
  for (const body of bodies) expect(JSON.stringify(JSON.parse(body))).toContain(JSON.stringify(PLACE).slice(1, -1))
  expect(writeJsonLd(notice, identity)).not.toContain('<')
})

test('a partner is sent it as JSON', () => {
  const settings = webhookConfig.parse({ url: 'https://partner.example.cn/', secret: `whsec_${'A'.repeat(43)}=` })
  const composed = webhook.compose(rendered, facts, settings, 'message', NAMES)
  expect(composed.ok && JSON.parse(composed.content['notice'] ?? '')).toMatchObject({ origin: { place: PLACE } })
})
