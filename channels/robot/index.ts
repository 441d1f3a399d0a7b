// In: outlets with `channel: robot`. Out: one text per notice in a duty group of DingTalk, Feishu or WeCom.
// Must not be counted as having told the public.
import type { Channel, Composed } from '../../src/core/channel.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { guardClient } from '../wire/guard.ts'
import { saysDrill } from '../wire/marker.ts'
import { openRobot } from './client.ts'
import { config, listSecrets, secrets, type RobotConfig } from './config.ts'
import { limits, LONGEST_TEXT_BYTES } from './limits.ts'

/** Content key: `text` (title, canonical text, serial, address). A hold or alarm puts its own text there. */
function compose(rendered: RenderedNotice, facts: NoticeFacts, config: RobotConfig): Composed {
  const body = rendered.text.trim()
  if (body === '') return { ok: false, reason: '公告没有正文' }
  const serial = `${facts.serial} 第${facts.report}报`
  const text = [rendered.title.trim(), body, serial, facts.url].filter((line) => line !== '').join('\n')
  const bytes = Buffer.byteLength(text)
  const longest = LONGEST_TEXT_BYTES[config.kind]
  if (bytes > longest) return { ok: false, reason: `${bytes} 字节，超过 ${config.kind} 的 ${longest} 字节` }
  if (!saysDrill(text, facts)) return { ok: false, reason: '演练文本缺【演练】' }
  return { ok: true, content: { text } }
}

export const robot: Channel<RobotConfig> = {
  name: 'robot',
  config,
  secrets,
  legs: () => ['message'],
  // At least once: one "absent" of the probe, which cannot read anything, lets the text go out again (channels.md §5).
  certainty: () => ({ probe: 'heuristic', absentReads: 1, absentSpanMs: 0, keyedRepeat: false }),
  limits,
  enterable: { url: null, secret: null },
  variants: [],
  compose,
  measure: ({ text = '' }, _leg, { kind }) => [
    { name: '正文', length: Buffer.byteLength(text), most: LONGEST_TEXT_BYTES[kind], unit: '字节' },
  ],
  open: (config, reach) => guardClient(openRobot(config, reach), reach, () => listSecrets(config)),
}
