// In: a body's bytes and its Content-Type. Out: its text and the charset it was read with, or the reason why not.
// Must not repair: a byte that the charset does not know is a reason to refuse, never a "�" in a place name.

export type Decoded =
  | { ok: true; text: string; charset: string; by: 'bom' | 'header' | 'declaration' | 'default' | 'guess' }
  | { ok: false; reason: string }

type By = Extract<Decoded, { ok: true }>['by']

/**
 * Labels a seismic feed may carry. GB2312 and GBK are read as GB18030, their superset (GB 18030-2022): pages that
 * say GB2312 hold GBK characters in place names as a rule. Stateful and legacy labels (UTF-7, ISO-2022) are left out
 * because the same bytes then read differently in a filter and in a browser.
 */
const CHARSETS: ReadonlyMap<string, string> = new Map([
  ...['utf-8', 'utf8', 'us-ascii', 'ascii'].map((label) => [label, 'utf-8'] as const),
  ...['gb2312', 'gbk', 'gb18030', 'x-gbk', 'gb_2312-80', 'cp936', 'ms936', 'windows-936', 'euc-cn'].map(
    (label) => [label, 'gb18030'] as const,
  ),
  ...['big5', 'big5-hkscs'].map((label) => [label, 'big5'] as const),
  ...['shift_jis', 'sjis', 'windows-31j'].map((label) => [label, 'shift_jis'] as const),
  ['euc-jp', 'euc-jp'],
  ['euc-kr', 'euc-kr'],
  ['utf-16', 'utf-16le'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
  ...['iso-8859-1', 'latin1', 'windows-1252', 'cp1252'].map((label) => [label, 'windows-1252'] as const),
  ['iso-8859-15', 'iso-8859-15'],
])

/**
 * Reads a body as text. Order: byte order mark, Content-Type, XML declaration, UTF-8, GB18030.
 * The mark wins over a header that contradicts it (Encoding Standard §4.2 "BOM sniff", RFC 7303 §3): it is written by
 * the author of the bytes, the header often by a server's default. A named charset that does not fit the bytes gives
 * way to the next one for the same reason. GB18030 is the last guess because bureaux' own files carry no label; damaged
 * UTF-8 is never read as GB18030, which accepts almost anything and would make other characters of it.
 * @param contentType the Content-Type header, '' when there is none
 * @returns text without a mark; never throws
 */
export function decodeText(bytes: Uint8Array, contentType: string): Decoded {
  const marked = findMark(bytes)
  if (marked !== null) {
    const text = tryDecode(bytes, marked)
    return text === null ? refuse([`byte order mark says ${marked}`]) : { ok: true, text, charset: marked, by: 'bom' }
  }
  const tried: string[] = []
  for (const [label, by] of candidates(bytes, contentType)) {
    const charset = CHARSETS.get(label.toLowerCase())
    const text = charset === undefined ? null : tryDecode(bytes, charset)
    if (charset !== undefined && text !== null) return { ok: true, text, charset, by }
    tried.push(`${by} says ${label}`)
  }
  return refuse(tried)
}

/** Stands for what could not be read. It is no letter of any place's name, so a name that holds it is never printed. */
const UNREAD = '□'
/**
 * More than this is not damage but another charset: a share of the text, though three (one Chinese character's bytes)
 * may be broken in any that is not tiny, and a number in all.
 */
const MOST_DAMAGE = { share: 0.002, shareOfShort: 0.05, short: 3, count: 50 }

/**
 * Reads a list of which a few bytes are broken, for a source that nobody can ask to send it again: each broken character
 * becomes □, which spoils a number or a name and leaves the rows beside it whole (DESIGN L10).
 * @returns null when nearly nothing can be read in the charset that the body names (UTF-8 when it names none)
 */
export function decodeDamaged(bytes: Uint8Array, contentType: string): { text: string; unread: number } | null {
  const [label = 'utf-8'] = [...candidates(bytes, contentType)].map(([each]) => each)
  const charset = findMark(bytes) ?? CHARSETS.get(label.toLowerCase()) ?? 'utf-8'
  const text = new TextDecoder(charset).decode(bytes).replace(/^\uFEFF/, '')
  const unread = text.split('\uFFFD').length - 1
  const { share, shareOfShort, short, count } = MOST_DAMAGE
  const most = Math.min(count, Math.max(share * text.length, Math.min(short, shareOfShort * text.length)))
  if (unread > most) return null
  return { text: text.replaceAll('\uFFFD', UNREAD), unread }
}

/** One after the other: the last guess looks at every character, and is hardly ever asked for. */
function* candidates(bytes: Uint8Array, contentType: string): Generator<[string, By]> {
  const header = /;\s*charset\s*=\s*"?([\w.:-]{1,40})"?/i.exec(contentType.slice(0, 500))?.[1]
  if (header !== undefined) yield [header, 'header']
  // The declaration is ASCII in every charset above but UTF-16, which needs a mark or a header anyway.
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 256)).toString('latin1')
  const declared = /^\s{0,64}<\?xml\s[^>]{0,160}?\bencoding\s?=\s?["']([\w.:-]{1,40})["']/.exec(start)?.[1]
  if (declared !== undefined) yield [declared, 'declaration']
  yield ['utf-8', 'default']
  if (!looksLikeDamagedUtf8(bytes)) yield ['gb18030', 'guess']
}

/** Chinese in GB18030 is hardly ever valid UTF-8; in UTF-8 with a broken byte nearly every other character still is. */
function looksLikeDamagedUtf8(bytes: Uint8Array): boolean {
  let whole = 0
  let broken = 0
  for (const character of new TextDecoder('utf-8').decode(bytes.subarray(0, 65_536))) {
    if (character === '\uFFFD') broken += 1
    else if (character > '\u07FF') whole += 1
  }
  return whole > broken
}

function findMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return null
}

function tryDecode(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes).replace(/^\uFEFF/, '')
  } catch {
    // A decoding error is the answer "not this charset", not a fault.
    return null
  }
}

function refuse(tried: string[]): Decoded {
  return { ok: false, reason: `the bytes do not fit their charset (${tried.join(', ')})`.slice(0, 300) }
}
