// In: a name from outside (place, area, bureau, cause). Out: the same name, fit to stand in a Chinese sentence.
// Must not shorten or repair a name: what cannot be printed as it is throws, so that a person looks at it.
import { UnspeakableFact } from './format.ts'

/** Half-width marks that occur in foreign payloads, and the full-width ones that official text uses. */
const FULL_WIDTH: Readonly<Record<string, string>> = {
  '(': '（',
  ')': '）',
  ',': '，',
  ':': '：',
  ';': '；',
}

// Markup, mentions, hashtags, template marks, links; controls, bidi and line separators (\p{C}, \p{Zl}, \p{Zp});
// full-width look-alikes; sentence ends, which would let a name smuggle in a sentence of its own.
const HOSTILE = /[<>{}#@&|\\`$"=%＜＞＃＠｛｝。！!？?【】\p{C}\p{Zl}\p{Zp}]|\/\/|www\./iu

/**
 * @param name NFC text
 * @param fact what it is, for the error
 * @param longest in characters
 * @throws UnspeakableFact when it is empty, too long, or holds anything that is not part of a name
 */
export function speakName(name: string, fact: string, longest: number): string {
  const trimmed = name.trim()
  if (trimmed === '') throw new UnspeakableFact(fact, 'is empty')
  if (countCharacters(trimmed) > longest) throw new UnspeakableFact(fact, `is longer than ${longest} characters`)
  if (HOSTILE.test(trimmed)) throw new UnspeakableFact(fact, 'holds marks that are not part of a name')
  return trimmed.replace(/[(),:;]/g, (mark) => FULL_WIDTH[mark] ?? mark).replace(/ *([（），：；]) */g, '$1')
}

/** Characters of a `thing` in WeChat's subscribe notices (channels.md §2.6). */
export const THING = 20

/** Length in characters, as WeChat counts 字: a character outside the basic plane is one. */
export function countCharacters(text: string): number {
  let n = 0
  for (const _ of text) n += 1
  return n
}

/** The first of the texts that has at most this many characters; '' when none has. Nothing is cut. */
export function firstThatFits(longest: number, ...texts: string[]): string {
  return texts.find((text) => text !== '' && countCharacters(text) <= longest) ?? ''
}

/**
 * A bureau's short address, as it stands in texts.
 * @throws UnspeakableFact unless it is one plain http(s) address without a fragment (# would make a Weibo hashtag)
 */
export function speakAddress(url: string): string {
  if (!/^https?:\/\/[A-Za-z0-9._~:/?&=%[\]-]{1,200}$/.test(url)) {
    throw new UnspeakableFact('url', 'is no plain http(s) address')
  }
  return url
}
