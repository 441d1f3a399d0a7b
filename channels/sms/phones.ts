// In: telephone numbers as people write them. Out: E.164, each vendor's own spelling, and what people may see of them.
// Must not let a whole number into a sentence: they are the duty staff's personal data.

/** E.164 (+ and up to 15 digits); a mainland number may stand as its 11 digits. null: neither. */
export function readPhone(text: string): string | null {
  const digits = text.replace(/[\s-]/g, '')
  if (/^1[3-9]\d{9}$/.test(digits)) return `+86${digits}`
  if (digits.startsWith('+86')) return /^\+861[3-9]\d{9}$/.test(digits) ? digits : null
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null
}

export const isMainland = (phone: string): boolean => phone.startsWith('+86')

/** As Aliyun takes them: 11 digits at home, country code and number without + elsewhere (SendSms, PhoneNumbers). */
export const writeBare = (phone: string): string => phone.replace(/^\+(86)?/, '')

/** 138****1234, +852****5678: enough to know whose it is, for whoever knows it anyway. */
export function maskPhone(phone: string): string {
  const shown = isMainland(phone) ? phone.slice(3) : phone
  return `${shown.slice(0, isMainland(phone) ? 3 : 4)}****${shown.slice(-4)}`
}

/** A vendor's sentence with every mainland number in it masked, ours or not. */
export function maskPhones(text: string): string {
  return text.replace(/(?<!\d)(?:\+?86)?(1[3-9]\d)\d{4}(\d{4})(?!\d)/g, '$1****$2')
}
