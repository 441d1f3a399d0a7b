// In: outlets with `channel: sms`. Out: one text message per alarm to the duty staff's own phones, through Aliyun or Tencent.
// Must not be counted as having told the public, nor let a number be read anywhere.
import type { Channel, Composed } from '../../src/core/channel.ts'
import { SECOND } from '../../src/core/instant.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { guardClient } from '../wire/guard.ts'
import { saysDrill } from '../wire/marker.ts'
import { openSms } from './client.ts'
import { config, listSecrets, longestOf, secrets, type SmsConfig } from './config.ts'
import { limits } from './limits.ts'
import { cleanLine, countCharacters } from './line.ts'

/** Content key: `text`, the title; the serial has a variable of its own or follows it. An alarm puts its own words there. */
function compose(rendered: RenderedNotice, facts: NoticeFacts, config: SmsConfig): Composed {
  const text = cleanLine(rendered.title)
  if (text === '') return { ok: false, reason: '公告没有标题' }
  const serial = `${facts.serial} 第${facts.report}报`
  const line = config.parameters.serial !== undefined ? text : `${text} ${serial}`
  const most = longestOf(config)
  // An alarm may be cut, it points to the desk; a notice is the bureau's word and stands whole or not at all.
  for (const value of [line, serial])
    if (countCharacters(value) > most)
      return { ok: false, reason: `${countCharacters(value)} 字，超过模板变量的 ${most} 字` }
  if (!saysDrill(text, facts)) return { ok: false, reason: '演练文本缺【演练】' }
  return { ok: true, content: { text } }
}

export const sms: Channel<SmsConfig> = {
  name: 'sms',
  config,
  secrets,
  legs: ({ notices }) => (notices ? ['message'] : []),
  /**
   * At least once. Found by its OutId or SessionContext it was taken; but records come late (Tencent's with the carrier's
   * receipt only), so that absence needs two reads. Then the same line may go again: staff may read it twice.
   */
  certainty: () => ({ probe: 'heuristic', absentReads: 2, absentSpanMs: 30 * SECOND, keyedRepeat: false }),
  limits,
  enterable: {
    accessKeyId: 'not-entered-yet',
    accessKeySecret: 'not-entered-yet',
    secretId: 'not-entered-yet',
    secretKey: 'not-entered-yet',
    phones: null,
  },
  variants: [],
  compose,
  measure: ({ text = '' }, _leg, config) => [
    { name: '短信', length: countCharacters(text), most: longestOf(config), unit: '字' },
  ],
  open: (config, reach) => guardClient(openSms(config, reach), reach, () => listSecrets(config)),
}
