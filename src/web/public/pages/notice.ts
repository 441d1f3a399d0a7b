// In: one notice. Out: its page: the text as it was issued, where it stands, its clocks, its channels, what identifies it.
// Must not change a word of the text; of a withdrawn one nothing stands without the mark, in the tab's title neither.
import { createHash } from 'node:crypto'
import { nameFile, writeSize, type Attachment } from '../../../core/attachments/attachment.ts'
import { beijingParts } from '../../../core/instant.ts'
import { linkTo } from '../../../core/network.ts'
import type { DeliveryView, NoticeView } from '../../../store/notices.ts'
import { drawQr } from '../qr.ts'
import { escapeHtml, type Scene, type Sheet } from './frame.ts'
import {
  breakTitle,
  clocksOf,
  districtsOf,
  figuresOf,
  fullSerial,
  isCorrected,
  markOf,
  nameKind,
  writeDistricts,
} from './notice-parts.ts'
import { addressOf, writeShareHead } from './share-head.ts'
import type { Wording } from '../wording.ts'

/** Under its id and its short code. */
export function noticeSheets(notice: NoticeView): Sheet[] {
  // Both hold the same; it takes a millisecond, while other channels wait for their turn.
  let code: string | null = null
  const qr = ({ site, wording }: Scene): string =>
    (code ??= drawQr(addressOf(notice, site), escapeHtml(wording.say('notice', 'qr'))))
  return [`/n/${notice.code}`, `/notices/${notice.id}`].map((path) => ({
    path,
    template: 'notice',
    drill: notice.class === 'drill',
    // Who only sees the title, in a tab or a search, must see that it no longer stands.
    title: () => `${markOf(notice)}${notice.title}`,
    view: (scene) => noticeView(notice, scene),
    head: ({ site }) => writeShareHead(notice, site),
    raw: { body: bodyOf(notice), qr },
  }))
}

/** The website's own text, with sign and serial; the plain one where no website outlet was to carry it. */
function bodyOf(notice: NoticeView): string {
  const serial = `<p class="notice-serial">公告编号：${escapeHtml(fullSerial(notice))}</p>`
  if (markOf(notice) === '')
    return notice.variants['website'] ?? `<p class="notice-text">${escapeHtml(notice.text)}</p>\n${serial}`
  // What was said stays said (DESIGN L5): line by line under its mark, without the table of values.
  const lines = notice.text.split('\n').filter((line) => line.trim() !== '')
  const struck = lines.map((line) => `<p class="notice-text">${markOf(notice)}<s>${escapeHtml(line)}</s></p>`)
  return `${struck.join('\n')}\n${serial}`
}

/** What citizens read; the rest carries the word from machine to machine. Robots and text messages ring the duty staff's own phones. */
const FOR_MACHINES: readonly string[] = ['cap', 'webhook']
const FOR_NOBODY: readonly string[] = ['robot', 'sms']
/** The order of the table. */
const BEST_KNOWN: readonly string[] = ['website', 'weibo', 'wechat']

function bestKnownFirst(a: DeliveryView, b: DeliveryView): number {
  const placeOf = ({ channel }: DeliveryView): number => BEST_KNOWN.indexOf(channel) + 1 || BEST_KNOWN.length + 1
  return placeOf(a) - placeOf(b)
}

function writeDelivery({ channel, url, state, acceptedAt }: DeliveryView, since: number, wording: Wording): object {
  return {
    channel: wording.name('channels', channel),
    url: linkTo(url),
    state: wording.name('deliveries', state),
    took: acceptedAt === null ? '—' : wording.duration(acceptedAt - since),
  }
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
  const corrected = isCorrected(notice)
  const index = indexOf(notice, site.indexPrefix)
  const told = notice.deliveries.filter((d) => !FOR_NOBODY.includes(d.channel))
  const write = (delivery: DeliveryView): object => writeDelivery(delivery, notice.decidedAt, wording)
  return {
    tone: notice.state,
    kind: nameKind(notice, wording),
    report: wording.say('notice', 'report', { report: String(notice.report) }),
    issued: wording.say('notice', 'issued', { time: wording.time(notice.issuedAt) }),
    mark: markOf(notice),
    parts: breakTitle(notice.title),
    tombstone: withdrawn || replaced ? wording.say('notice', corrected ? 'corrected' : notice.state) : '',
    successorUrl: notice.supersededBy === null ? '' : `${up}n/${notice.supersededBy}`,
    successorWord: wording.say('notice', withdrawn ? 'seeWithdrawal' : 'seeNewer'),
    body: '\u0000body\u0000',
    files: (notice.facts.attachments ?? []).map((file) => writeFile(file, !withdrawn && !replaced)),
    figures: figuresOf(notice, wording),
    places: writeDistricts(districtsOf(notice, site), wording),
    clocks: clocksOf(notice, wording),
    deliveries: told
      .filter((d) => !FOR_MACHINES.includes(d.channel))
      .toSorted(bestKnownFirst)
      .map(write),
    machines: told.filter((d) => FOR_MACHINES.includes(d.channel)).map(write),
    // A drill is on no list that programs may ask.
    dataUrl: notice.class === 'actual' ? `/api/v1/notices/${notice.id}` : '',
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
    rumourUrl: notice.rumour === undefined ? '' : `${up}rumours/${notice.rumour}`,
  }
}

/** What no longer stands is named, and not shown: a picture cannot be struck through, and is passed on without its page. */
function writeFile(file: Attachment, stands: boolean): object {
  return {
    alt: file.alt,
    url: stands ? `/attachments/${nameFile(file)}` : '',
    picture: file.type !== 'application/pdf',
    width: String(file.width),
    height: String(file.height),
    size: writeSize(file.bytes),
  }
}

/** 640100-133/2017-00587 (the founding documents' form); null where the bureau has no prefix or none was given yet. */
function indexOf({ indexNumber, issuedAt }: NoticeView, prefix: string): string | null {
  if (indexNumber === null || prefix === '') return null
  return `${prefix}/${beijingParts(issuedAt).year}-${String(indexNumber).padStart(5, '0')}`
}
