// In: numbers, templates and values as a caller gives them. Out: E.164, the message as a phone shows it, its parts.
// Must not know either vendor's codes.

const MAINLAND = /^1[3-9]\d{9}$/

/** A mainland mobile number as Aliyun takes it (+86, 0086, 86, + or nothing before 11 digits) in E.164; null for any other. */
export function readMainlandPhone(text: string): string | null {
  const bare = text.replace(/^(?:\+86|0086|86|\+)(?=\d{11}$)/, '')
  return MAINLAND.test(bare) ? `+86${bare}` : null
}

/** Whether it is E.164: a plus, no leading zero, 7 to 15 digits; in the mainland a mobile number. */
export function isE164(text: string): boolean {
  return text.startsWith('+86') ? MAINLAND.test(text.slice(3)) : /^\+[1-9]\d{6,14}$/.test(text)
}

/** Names of a template's variables in order, each once; `hole` has the name as its first group. */
function listHoles(text: string, hole: RegExp): string[] {
  return [...new Set([...text.matchAll(hole)].map((match) => match[1] ?? ''))]
}

export const ALIYUN_HOLE = /\$\{([A-Za-z]\w{0,24})\}/g
export const TENCENT_HOLE = /\{([1-9]\d?)\}/g

/** Values that a template asks for, values that it does not know. */
export function compareHoles(
  text: string,
  hole: RegExp,
  given: readonly string[],
): { missing: string[]; unknown: string[] } {
  const holes = listHoles(text, hole)
  return {
    missing: holes.filter((name) => !given.includes(name)),
    unknown: given.filter((name) => !holes.includes(name)),
  }
}

/** The message as the phone shows it. */
export function fillTemplate(signName: string, text: string, hole: RegExp, values: Map<string, string>): string {
  return `【${signName}】${text.replace(hole, (whole, name: string) => values.get(name) ?? whole)}`
}

/** Characters as a message is counted, in UCS-2: a Chinese character is one, and so is a letter; a rare one outside the plane is two. */
export function countCharacters(text: string): number {
  return text.length
}

/** Billed parts: one up to 70 characters, then 67 each. */
export function countParts(content: string): number {
  const length = countCharacters(content)
  return length <= 70 ? 1 : Math.ceil(length / 67)
}

/** Neither vendor takes an address as a variable's value. */
export function holdsUrl(value: string): boolean {
  return /https?:|www\.|[a-z0-9-]\.(?:com|cn|net|org)(?![a-z])/i.test(value)
}
