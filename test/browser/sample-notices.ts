// In: a kind and what is different this time. Out: a notice as the record has it, in the words of the shipped templates.
import { loadTemplates } from '../../src/app/templates.ts'
import type { NoticeFacts, NoticeKind } from '../../src/core/notice.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { factsOf } from '../core/rendering/facts.ts'

const CHANNELS = ['website', 'weibo', 'wechat', 'cap', 'webhook', 'robot']

export type NoticeMaker = (kind: NoticeKind, over?: Partial<NoticeView>, said?: Partial<NoticeFacts>) => NoticeView

/** Of every six deliveries the third has no answer yet. */
export async function openNoticeMaker(): Promise<NoticeMaker> {
  const renderer = createRenderer(await loadTemplates('notices'))
  return (kind, over = {}, said = {}) => {
    const facts: NoticeFacts = factsOf({ kind, ...said })
    const { title, text, variants } = renderer.render(facts)
    return {
      id: `n-${over.code}`,
      code: 'aaaa2222',
      serial: facts.serial,
      report: facts.report,
      kind,
      class: facts.class,
      lineage: 'l-1',
      supersedes: null,
      supersededBy: null,
      supersededKind: null,
      quake: 'q-1',
      title,
      text,
      variants,
      facts,
      state: 'current',
      originAt: facts.origin?.originTime ?? null,
      receivedAt: facts.issuedAt - 2_000,
      decidedAt: facts.issuedAt,
      issuedAt: facts.issuedAt,
      actor: 'system',
      indexNumber: 7,
      deliveries: CHANNELS.map((channel, index) => ({
        id: `d-${channel}`,
        outlet: channel,
        channel,
        leg: 'post',
        state: index === 2 ? 'unknown' : 'accepted',
        url: index === 2 ? null : `https://dzj.example.gov.cn/n/${over.code}`,
        reason: '',
        cause: '',
        acceptedAt: index === 2 ? null : facts.issuedAt + 40 * index,
        seenAt: null,
        removedAt: null,
      })),
      ...over,
    }
  }
}
