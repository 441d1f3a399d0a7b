// In: JSON. Out: the same as text that may stand in a script element, whatever it holds. Must not change what it means.

/** It can neither end the element nor open a comment in it. */
export function escapeScript(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
