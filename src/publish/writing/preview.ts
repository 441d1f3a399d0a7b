// In: a draft as it stands. Out: what each outlet would show of it now, with that outlet's own count of its length.
// Must not commit or send; serial and address are those of the next notice and may be another's by then.
import { formatBeijing, type Instant } from '../../core/instant.ts'
import type { Measured } from '../../core/channel.ts'
import { RenderFailure } from '../../core/rendering/engine.ts'
import type { DraftRecord } from '../../store/drafts.ts'
import type { LedgerContext } from '../ledger.ts'
import { legsOf } from '../outlets.ts'
import { makeOwnWord, type Standing } from '../own-word.ts'
import type { Picture } from '../picture.ts'
import { speak } from '../speak.ts'
import { listAudience, makeOwn } from './release.ts'

export interface LegPreview {
  outlet: string
  channel: string
  leg: string
  /** Why nothing fits; '' when it does. */
  refusal: string
  /** What is shown, in the channel's own fields. */
  parts: { name: string; lines: string[] }[]
  measured: Measured[]
}

export type Preview =
  | { ok: true; serial: string; at: string; title: string; legs: LegPreview[] }
  | { ok: false; reason: string }

/** Words of the channels' own content keys; keys that are no text (an address, a cover) are left out. */
const PARTS: Readonly<Record<string, string>> = {
  title: '标题',
  digest: '摘要',
  article: '正文',
  text: '正文',
  shorter: '备用短文',
  body: '正文',
}

/**
 * Makes the texts as the release would, with nothing of it kept.
 * @param corrected the word that a rebuttal corrects; null where it is the first of its claim
 */
export function previewDraft(
  draft: DraftRecord,
  picture: Picture,
  context: LedgerContext,
  corrected: Standing | null = null,
): Preview {
  // When no drill runs its clock stands at 1970 (app/clock.ts): a draft that is left of one still has its page.
  const now: Instant = Math.max(context.clock(draft.class), draft.class === 'drill' ? draft.editedAt : 0)
  const own = makeOwn(draft, now)
  try {
    const word = { ...makeOwnWord(own, 'preview'), lineage: corrected?.lineage ?? null }
    const speech = speak(
      word,
      corrected?.quake.id ?? null,
      draft.class,
      picture,
      { ...context, now, actor: 'preview' },
      own.checked,
    )
    const { notice, deliveries, facts, unfit } = speech
    const legs = deliveries.flatMap((delivery): LegPreview[] => {
      const outlet = listAudience(context.outlets, draft).find(({ id }) => id === delivery.outlet_id)
      if (!outlet || !legsOf(outlet, word).includes(delivery.leg)) return []
      const { channel } = outlet
      const refusal = delivery.state === 'failed' ? (unfit.find((one) => one.outlet === outlet.id)?.reason ?? '') : ''
      const parts =
        channel.name === 'website'
          ? [
              { name: '标题', lines: [notice.title] },
              { name: '页面正文', lines: linesOf(notice.variants['website'] ?? notice.text) },
            ]
          : channel.name === 'webhook'
            ? [{ name: '接口数据', lines: [notice.title, notice.text] }]
            : Object.entries(delivery.content).flatMap(([key, text]) =>
                PARTS[key] === undefined ? [] : [{ name: PARTS[key], lines: linesOf(text) }],
              )
      const measured = channel.measure?.(delivery.content, delivery.leg, outlet.config) ?? []
      return [{ outlet: outlet.id, channel: channel.name, leg: delivery.leg, refusal, parts, measured }]
    })
    return {
      ok: true,
      serial: `${facts.serial} 第${facts.report}报`,
      at: formatBeijing(now),
      title: notice.title,
      legs,
    }
  } catch (error) {
    if (error instanceof RenderFailure) return { ok: false, reason: describe(error) }
    throw error
  }
}

function describe({ hole, template }: RenderFailure): string {
  const [rule = '', match = ''] = hole.split(': ')
  const named = RULES[rule]
  return named === undefined ? `模板 ${template} 无法成文：${hole.slice(0, 120)}` : `${named}：“${match}”`
}

const RULES: Readonly<Record<string, string>> = {
  forecast: '成文后含预测意见',
  blame: '成文后指认责任',
  hole: '成文后有空白',
  'duplicate-place': '成文后同一地名出现两个距离',
  radius: '成文后距离超出所说的范围',
  sum: '成文后各档次数之和与总数不符',
}

/** An article's own markup as the lines that a reader sees. */
function linesOf(text: string): string[] {
  return text
    .replace(/<[^<>]{0,500}>/g, '\n')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => ENTITIES[name] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
