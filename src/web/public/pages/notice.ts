// In: one notice. Out: its page: the text as it was issued, where it stands, its clocks, its channels, what identifies it.
// Must not change a word of the text; a withdrawn one is headed by that, in the tab's title too.
import { createHash } from 'node:crypto'
import { beijingParts } from '../../../core/instant.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { drawQr } from '../qr.ts'
import { escapeHtml, type Scene, type Sheet } from './frame.ts'
import { clocksOf, districtsOf, figuresOf, fullSerial, writeDistricts } from './notice-parts.ts'
import { addressOf, writeShareHead } from './share-head.ts'

/** Under its id and its short code. */
export function noticeSheets(notice: NoticeView): Sheet[] {
  // Who only sees the title, in a tab or a search, must see that it no longer stands.
  const standing = notice.state === 'withdrawn' ? '【已撤回】' : ''
  // Both hold the same; it takes a millisecond, while other channels wait for their turn.
  let code: string | null = null
  const qr = ({ site, wording }: Scene): string =>
    (code ??= drawQr(addressOf(notice, site), escapeHtml(wording.say('notice', 'qr'))))
  return [`/n/${notice.code}`, `/notices/${notice.id}`].map((path) => ({
    path,
    template: 'notice',
    drill: notice.class === 'drill',
    title: () => `${standing}${notice.title}`,
    view: (scene) => noticeView(notice, scene),
    head: ({ site }) => writeShareHead(notice, site),
    raw: { body: notice.variants['website'] ?? bodyOf(notice), qr },
  }))
}

/** What a notice says that no website outlet was to carry; the others bring sign and serial in their own text. */
function bodyOf(notice: NoticeView): string {
  return `<p class="notice-text">${escapeHtml(notice.text)}</p>\n<p class="notice-serial">公告编号：${escapeHtml(fullSerial(notice))}</p>`
}

/** Letters and digits that are not taken for each other. */
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** Eight characters (39 bits) of the number and the text: a copy that was altered shows another code than this page. */
export function verifyCode(notice: Pick<NoticeView, 'serial' | 'report' | 'text'>): string {
  const hash = createHash('sha256').update(`${notice.serial} 第${notice.report}报\n${notice.text}`).digest()
  let value = hash.readBigUInt64BE()
  let code = ''
  for (let n = 0; n < 8; n += 1) {
    code += CODE_LETTERS[Number(value % BigInt(CODE_LETTERS.length))]
    value /= BigInt(CODE_LETTERS.length)
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

function noticeView(notice: NoticeView, { site, wording, up }: Scene): object {
  const withdrawn = notice.state === 'withdrawn'
  const replaced = notice.state === 'superseded'
  const index = indexOf(notice, site.indexPrefix)
  return {
    tone: notice.state,
    kind: wording.name('kinds', notice.kind),
    report: wording.say('notice', 'report', { report: String(notice.report) }),
    issued: wording.say('notice', 'issued', { time: wording.time(notice.issuedAt) }),
    title: notice.title,
    tombstone: withdrawn || replaced ? wording.say('notice', notice.state) : '',
    successorUrl: notice.supersededBy === null ? '' : `${up}n/${notice.supersededBy}`,
    successorWord: wording.say('notice', withdrawn ? 'seeWithdrawal' : 'seeNewer'),
    body: '\u0000body\u0000',
    figures: figuresOf(notice, wording),
    places: writeDistricts(districtsOf(notice, site), wording),
    clocks: clocksOf(notice, wording),
    // Robots ring the duty staff's own phones: no channel of the public.
    deliveries: notice.deliveries
      .filter((d) => d.channel !== 'robot')
      .map((d) => ({
        channel: wording.name('channels', d.channel),
        url: d.url ?? '',
        state: wording.name('deliveries', d.state),
        took: d.acceptedAt === null ? '—' : wording.duration(d.acceptedAt - notice.decidedAt),
      })),
    facts: [
      ...(index === null ? [] : [{ name: wording.say('notice', 'index'), value: index }]),
      { name: wording.say('notice', 'publisher'), value: site.bureauName },
      ...(site.department === '' ? [] : [{ name: wording.say('notice', 'department'), value: site.department }]),
      { name: wording.say('notice', 'written'), value: wording.date(notice.decidedAt) },
      { name: wording.say('notice', 'published'), value: wording.date(notice.issuedAt) },
      { name: wording.say('notice', 'standing'), value: wording.name('states', notice.state) },
      { name: wording.say('notice', 'open'), value: wording.say('notice', 'openWord') },
      { name: wording.say('notice', 'verify'), value: verifyCode(notice) },
    ],
    url: addressOf(notice, site),
    qr: '\u0000qr\u0000',
    speech: withdrawn ? '' : (notice.variants['speech'] ?? ''),
    quakeUrl: notice.quake === null ? '' : `${up}quakes/${notice.quake}`,
  }
}

/** 640100-133/2017-00587 (the founding documents' form); null where the bureau has no prefix or none was given yet. */
function indexOf({ indexNumber, issuedAt }: NoticeView, prefix: string): string | null {
  if (indexNumber === null || prefix === '') return null
  return `${prefix}/${beijingParts(issuedAt).year}-${String(indexNumber).padStart(5, '0')}`
}
