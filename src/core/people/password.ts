// In: a password somebody wants, and whose it is to be. Out: null, or the rule it breaks.
// Length before mixture (NIST SP 800-63B §5.1.1.2); GB/T 22239 level 3 asks for complexity, which length alone also gives.

const SHORTEST = 10
/** From here on a sentence is as good as a mixture. */
const LONG = 16
/** argon2 takes any length; a megabyte would only cost time. */
const LONGEST = 200

export type PasswordRule = 'short' | 'long' | 'simple' | 'name' | 'common'

export const PASSWORD_RULES: Readonly<Record<PasswordRule, string>> = {
  short: `密码至少 ${SHORTEST} 个字符`,
  long: `密码最多 ${LONGEST} 个字符`,
  simple: `不足 ${LONG} 个字符的密码须含大写字母、小写字母、数字、符号中的三种`,
  name: '密码不能包含登录名或姓名',
  common: '密码过于常见，请换一个',
}

/** Beginnings and patterns that every guesser tries first; compared without digits and signs. */
const COMMON = [
  'password',
  'passwd',
  'qwerty',
  'qwertyuiop',
  'admin',
  'administrator',
  'welcome',
  'letmein',
  'iloveyou',
  'dizhen',
  'dizhenju',
  'earthquake',
  'quakedesk',
  'zhenxun',
  'woaini',
  'abc',
  'abcd',
  'abcdef',
  'test',
  'root',
  'changeme',
]

/** @returns the first rule that is broken, or null */
export function checkPassword(password: string, whose: { login: string; name: string }): PasswordRule | null {
  const letters = Array.from(password)
  if (letters.length < SHORTEST) return 'short'
  if (letters.length > LONGEST) return 'long'
  const folded = password.toLowerCase()
  if ([whose.login, whose.name].some((word) => word.length >= 2 && folded.includes(word.toLowerCase()))) return 'name'
  if (isCommon(folded, letters)) return 'common'
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length
  return letters.length < LONG && kinds < 3 ? 'simple' : null
}

function isCommon(folded: string, letters: readonly string[]): boolean {
  const unleet = folded
    .replaceAll('@', 'a')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('3', 'e')
    .replaceAll('$', 's')
  const bare = [folded, unleet].map((text) => text.replace(/[^a-z]/g, ''))
  return COMMON.some((word) => bare.includes(word)) || new Set(letters).size < 5
}
