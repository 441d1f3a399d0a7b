// In: a text that people wrote. Out: the same without what names a person: telephone, identity, card, mail, account.
// Must not be taken for anonymity: a name without a title stays; the original is kept sealed (rumours.md §7, §8).

/** Characters of a text that are read. */
const LONGEST = 20_000

const BLANKS: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/gu, '［邮箱］'],
  [
    /(?<![\dA-Za-z])\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/gu,
    '［身份证号］',
  ],
  [/(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)/gu, '［卡号］'],
  [/(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)/gu, '［手机号］'],
  [/(?<!\d)(?:0\d{2,3}[ -]?)[2-8]\d{6,7}(?!\d)/gu, '［电话］'],
  [/((?:微信号?|wx|vx|weixin|qq)(?:号|群)?[:： ]{0,2})[A-Za-z0-9][\w-]{4,19}/giu, '$1［账号］'],
  [/(?:@)[\p{Script=Han}\w-]{2,30}/gu, '［账号］'],
  [
    /((?:联系人|姓名|本人|举报人|我叫|名叫)[:： ]{0,2}(?:是)?)\p{Script=Han}{2,4}(?=[，,。；;\s（(、]|$)/gu,
    '$1［姓名］',
  ],
  [/(?<![\p{Script=Han}])\p{Script=Han}(?=某某?|女士|先生)/gu, '［姓］'],
]

/** Blanks out what names people. Full-width digits count as digits. At most 20,000 characters are kept. */
export function redactPersons(text: string): string {
  const narrow = text
    .slice(0, LONGEST)
    .replace(/[０-９＠＋－]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
  return BLANKS.reduce((rest, [pattern, blank]) => rest.replace(pattern, blank), narrow)
}

/** How the queue speaks of somebody who reported: 举报人 #A7F3, of the opaque reference of the vault and nothing else. */
export function nameReporter(reference: string): string {
  return `举报人 #${reference
    .replace(/[^0-9a-z]/giu, '')
    .slice(-4)
    .toUpperCase()
    .padStart(4, '0')}`
}
