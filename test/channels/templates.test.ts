// In: the shipped templates, every kind of notice, long and short values. Out: proof that each channel can carry them.
import { describe, expect, test } from 'vitest'
import { robot } from '../../channels/robot/index.ts'
import { config as robotConfig } from '../../channels/robot/config.ts'
import { webhook } from '../../channels/webhook/index.ts'
import { config as webhookConfig } from '../../channels/webhook/config.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { config as wechatConfig } from '../../channels/wechat/config.ts'
import { weibo } from '../../channels/weibo/index.ts'
import { config as weiboConfig } from '../../channels/weibo/config.ts'
import { LONGEST_TEXT } from '../../channels/weibo/limits.ts'
import { measureWeiboText } from '../../src/core/rendering/weibo-length.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { NOTICE_KINDS, WITHDRAWAL_REASONS, type NoticeFacts } from '../../src/core/notice.ts'
import { factsOf, originOf, readTemplates } from '../core/rendering/facts.ts'

const renderer = createRenderer(readTemplates())
const host = new URL(factsOf().url).hostname
const weiboSettings = weiboConfig.parse({
  accessToken: 'token-0123456789',
  uid: '1234567890',
  safeDomain: host,
  rip: '203.0.113.7',
})
const wechatSettings = wechatConfig.parse({
  appId: 'wx0123456789abcdef',
  secret: 'secret-0123456789',
  kind: 'service',
  legs: ['freepublish', 'mass', 'subscribe'],
  covers: { default: 'cover-1' },
  subscribe: { templateId: 'tpl-1' },
})
const webhookSettings = webhookConfig.parse({ url: 'https://partner.example.cn/', secret: `whsec_${'A'.repeat(43)}=` })
const robotSettings = robotConfig.parse({
  kind: 'wecom',
  url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789',
})

/** Every kind and reason, plain, as a drill, and with the longest values that pass the gates. */
function* listNotices(): Generator<[string, NoticeFacts]> {
  for (const kind of NOTICE_KINDS) {
    for (const withdrawal of kind === 'withdrawal' ? WITHDRAWAL_REASONS : [null]) {
      const name = withdrawal === null ? kind : `${kind} (${withdrawal})`
      const silent = kind === 'withdrawal' || kind === 'no-quake'
      const place = '新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县与霍城县交界'
      const long = silent
        ? {}
        : {
            origin: originOf({
              place,
              magnitude: 6.8,
              depthKm: 118,
              sourceCode: kind === 'quick-report' ? 'AU' : 'CC',
            }),
          }
      for (const trafficClass of ['actual', 'drill'] as const) {
        yield [`${name}, ${trafficClass}`, factsOf({ kind, withdrawal, class: trafficClass })]
        yield [
          `${name}, ${trafficClass}, long`,
          factsOf({ kind, withdrawal, class: trafficClass, serial: '银川市震信演〔2026〕1234号', report: 12, ...long }),
        ]
      }
    }
  }
}

describe.each([...listNotices()])('%s', (_name, facts) => {
  const rendered = renderer.render(facts)

  test('Weibo has a text that fits', () => {
    const composed = weibo.compose(rendered, facts, weiboSettings, 'post')
    expect(composed).toMatchObject({ ok: true })
    if (composed.ok) expect(measureWeiboText(composed.content['text'] ?? '')).toBeLessThanOrEqual(LONGEST_TEXT)
  })

  test.each(['freepublish', 'mass', 'subscribe'])('WeChat can carry it as %s', (leg) => {
    expect(wechat.compose(rendered, facts, wechatSettings, leg)).toMatchObject({ ok: true })
  })

  test('partners and the duty group can be told', () => {
    expect(webhook.compose(rendered, facts, webhookSettings, 'message')).toMatchObject({ ok: true })
    expect(robot.compose(rendered, facts, robotSettings, 'message')).toMatchObject({ ok: true })
  })
})
