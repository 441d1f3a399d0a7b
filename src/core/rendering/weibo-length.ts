// In: a post. Out: its length as Weibo counts it.
// Must not shorten anything.

/**
 * Length in 字: Latin-1 characters are half, everything else is one (a surrogate pair two), the sum rounded up.
 * An address is counted raw, never as the ten of Sina's own editor: the API's count is undocumented (channels.md §1.2).
 */
export function measureWeiboText(text: string): number {
  let halves = 0
  for (let i = 0; i < text.length; i += 1) halves += text.charCodeAt(i) <= 0xff ? 1 : 2
  return Math.ceil(halves / 2)
}
